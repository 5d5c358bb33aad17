//! Who is told what happens while a synchronisation runs.
//!
//! Told after what it says is saved, with no lock held, on the thread that synchronises.

pub use sync_core::phone::events::Event;

/// Somebody who listens.
pub trait Listener: Send + Sync {
    /// Something happened. Must not call the device: it is in the middle of a call.
    fn told(&self, event: &Event);
}
