//! Room for bodies: one budget for all that are held at the same time, also what they unpack to.
//!
//! A body takes its room as it arrives and gives it back when it is dropped. Where there is none left the answer is to
//! try later: the server never holds more, whoever sends. What somebody sends who is not known yet has a part of it
//! alone: strangers cannot keep the phones' entries out. Does not read bodies: see [`super::body`].

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;

/// Room is given in pieces of this size.
const PIECE_BYTES: usize = 1 << 10;

/// Which part of the room strangers have: one in so many bytes.
const STRANGERS: usize = 4;

/// The budget of a server.
#[derive(Clone)]
pub(crate) struct Bodies {
    all: Arc<Semaphore>,
    of_strangers: Arc<Semaphore>,
}

impl Bodies {
    pub(crate) fn new(bytes: usize) -> Self {
        let budget =
            |bytes: usize| Arc::new(Semaphore::new((bytes / PIECE_BYTES).min(Semaphore::MAX_PERMITS)));
        Self { all: budget(bytes), of_strangers: budget(bytes / STRANGERS) }
    }

    /// Room for nothing yet.
    pub(crate) fn room(&self) -> Room {
        Room { of: vec![self.all.clone()], bytes: 0, held: Vec::new() }
    }

    /// The same, for a body of whoever comes by.
    pub(crate) fn room_of_stranger(&self) -> Room {
        Room { of: vec![self.of_strangers.clone(), self.all.clone()], ..self.room() }
    }

    /// Bytes that could be held now beside those that are.
    pub(crate) fn free_bytes(&self) -> usize {
        self.all.available_permits() * PIECE_BYTES
    }
}

/// What one request holds of the budget.
pub(crate) struct Room {
    of: Vec<Arc<Semaphore>>,
    bytes: usize,
    held: Vec<OwnedSemaphorePermit>,
}

impl Room {
    /// Takes what is missing to room for so many bytes, or none.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Problem> {
        self.take(bytes.saturating_sub(self.bytes))
    }

    /// Takes room for more bytes, or none.
    pub(crate) fn take(&mut self, more: usize) -> Result<(), Problem> {
        let bytes = self.bytes + more;
        let missing = bytes.div_ceil(PIECE_BYTES) - self.bytes.div_ceil(PIECE_BYTES);
        let missing = u32::try_from(missing).map_err(|_| Problem::BodyTooLarge)?;
        if missing > 0 {
            let taken = |of: &Arc<Semaphore>| of.clone().try_acquire_many_owned(missing);
            let permits = self.of.iter().map(taken).collect::<Result<Vec<_>, _>>();
            let permits = permits.map_err(|_| Problem::Later)?;
            if self.held.is_empty() {
                self.held = permits;
            } else {
                self.held.iter_mut().zip(permits).for_each(|(held, permit)| held.merge(permit));
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

    #[test]
    fn strangers_leave_room_for_those_who_are_known() {
        let bodies = Bodies::new(8 << 10);
        let (mut stranger, mut other) = (bodies.room_of_stranger(), bodies.room_of_stranger());
        assert_eq!((stranger.take(1 << 10), stranger.take(1 << 10)), (Ok(()), Ok(())));
        assert_eq!(other.take(1), Err(Problem::Later));
        assert_eq!(bodies.free_bytes(), 6 << 10, "what was not given is not taken");
        let mut known = bodies.room();
        assert_eq!(known.take(6 << 10), Ok(()));
        drop(stranger);
        assert_eq!(other.take(1), Ok(()));
    }
}
