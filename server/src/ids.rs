//! Ids that the server itself draws.

use lume_core::ids::UserId;

use crate::world::World;

/// Draws a UUIDv4.
pub(crate) fn draw_uuid(world: &dyn World) -> UserId {
    let random = world.random_bytes();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&random[..16]);
    UserId::from_random_bytes(bytes)
}
