//! The Remit policy language: text in, verdicts out, and nothing else.
