//! What crosses crates is tested here, on both databases.
