//! Face networks in Burn, their weights, and the engine that runs them on regions of pictures.
