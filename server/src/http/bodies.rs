//! Room for bodies: one budget for all that are held at the same time, also what they unpack to.
//!
//! A body takes its room as it arrives and gives it back when it is dropped. Where there is none left the answer is to
//! try later: the server never holds more, whoever sends. Does not read bodies: see [`super::body`].

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;

/// Room is given in pieces of this size.
const PIECE_BYTES: usize = 1 << 10;

/// The budget of a server.
#[derive(Clone)]
pub(crate) struct Bodies(Arc<Semaphore>);

impl Bodies {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / PIECE_BYTES).min(Semaphore::MAX_PERMITS))))
    }

    /// Room for nothing yet.
    pub(crate) fn room(&self) -> Room {
        Room { of: self.clone(), bytes: 0, held: None }
    }

    /// Bytes that could be held now beside those that are.
    pub(crate) fn free_bytes(&self) -> usize {
        self.0.available_permits() * PIECE_BYTES
    }
}

/// What one request holds of the budget.
pub(crate) struct Room {
    of: Bodies,
    bytes: usize,
    held: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Takes room for more bytes, or none.
    pub(crate) fn take(&mut self, more: usize) -> Result<(), Problem> {
        let bytes = self.bytes + more;
        let missing = bytes.div_ceil(PIECE_BYTES) - self.bytes.div_ceil(PIECE_BYTES);
        let missing = u32::try_from(missing).map_err(|_| Problem::BodyTooLarge)?;
        if missing > 0 {
            let permit = self.of.0.clone().try_acquire_many_owned(missing).map_err(|_| Problem::Later)?;
            match &mut self.held {
                Some(held) => held.merge(permit),
                None => self.held = Some(permit),
            }
        }
        self.bytes = bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bodies_together_hold_no_more_than_the_budget() {
        let bodies = Bodies::new(8 << 10);
        let (mut one, mut other) = (bodies.room(), bodies.room());
        assert_eq!(one.take(1), Ok(()));
        assert_eq!(one.take(1000), Ok(()));
        assert_eq!(bodies.free_bytes(), 7 << 10, "small pieces share");
        assert_eq!(other.take(7 << 10), Ok(()));
        assert_eq!(one.take(24), Err(Problem::Later));
        drop(other);
        assert_eq!(one.take(24), Ok(()));
        drop(one);
        assert_eq!(bodies.free_bytes(), 8 << 10);
    }
}
