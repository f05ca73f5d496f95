//! Whole operations against a node that answers as each test says.

mod drafting;
mod node;
mod settings;
mod watching;
