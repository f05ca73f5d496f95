//! Loads plugins and turns their C tables into safe calls.
