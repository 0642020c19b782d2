//! The HTTP contract as types.
