//! Figures for people to read and to file: curves and tables as one page that needs nothing else.

pub mod axis;
pub mod markup;
pub mod page;
pub mod plot;
pub mod quantile;
