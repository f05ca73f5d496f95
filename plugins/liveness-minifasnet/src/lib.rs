//! Passive presentation-attack detection by MiniFASNet.
