//! Benchmarks: one JSON line per figure.
