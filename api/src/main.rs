//! The `remit` binary.
fn main() {}
