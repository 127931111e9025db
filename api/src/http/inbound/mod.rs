//! Where channels deliver messages. Public: the signature is the key.

pub(crate) mod kept;
mod provider;
pub(crate) mod receive;
mod signature;
