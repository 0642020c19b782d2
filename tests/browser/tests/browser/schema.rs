//! Every released schema and this version of the app: what older apps have left is taken over whole, and what newer
//! ones have left is not touched.
//!
//! A fixture is a dump of a database of a released schema, with every shape of row in it, and of the requests that had
//! reached the backend by then. ARCHITECTURE.md says how to add one.

mod fixtures;
mod matrix;
mod raw;
mod shape;
mod story;
