//! What a parent and its children exchange, from the whole to the bytes: [`orders`] and [`tasks`],
//! the [`link`] they travel over, the [`frame`] they travel in, and how a value is written down,
//! [`wire`].

pub(crate) mod frame;
pub(crate) mod link;
pub(crate) mod orders;
pub(crate) mod tasks;
pub(crate) mod wire;
