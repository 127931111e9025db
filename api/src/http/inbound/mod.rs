//! Where channels deliver messages. Public: the signature is the key.

pub(crate) mod receive;
mod signature;
