//! The first start: somebody becomes the owner.

pub(crate) mod begin;
pub(crate) mod demo;
pub(crate) mod show;
