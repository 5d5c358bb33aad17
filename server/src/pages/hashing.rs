//! The queue before the hashing of passwords: each hash takes 19 MiB and a core, so a few are made at a time.
//!
//! ```text
//!   a request ─▶ a place, a few an address ─▶ its turn, two at a time ─▶ a thread that may wait
//!                     └─ none left: 503, try again later
//! ```
//! Whoever floods the queue from one address waits behind themselves, and everybody else behind a few of theirs. Does not
//! count how often somebody tries: see [`super::site`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

/// Password hashes at a time.
const HASHES_AT_ONCE: usize = 2;
/// Requests of one address that wait or are looked at.
const MOST_OF_ADDRESS: usize = 4;

/// The queue.
pub(super) struct Hashing {
    turns: Arc<Semaphore>,
    waiting: Arc<Mutex<HashMap<String, usize>>>,
}

/// A place in it; it is free again once this is dropped.
pub(super) struct Place {
    address: String,
    waiting: Arc<Mutex<HashMap<String, usize>>>,
}

impl Hashing {
    pub(super) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(HASHES_AT_ONCE)), waiting: Arc::default() }
    }

    /// A place for somebody at an address; none while those of the address are taken.
    pub(super) fn place(&self, address: &str) -> Option<Place> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = waiting.entry(address.to_owned()).or_default();
        if *taken >= MOST_OF_ADDRESS {
            return None;
        }
        *taken += 1;
        Some(Place { address: address.to_owned(), waiting: self.waiting.clone() })
    }

    /// Does slow work in its turn. Whoever goes away meanwhile does not free the turn: the work goes on.
    pub(super) async fn slowly<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let turn = self.turns.clone().acquire_owned().await.ok()?;
        let in_turn = move || {
            let _held = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(in_turn).await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = waiting.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                waiting.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hashing, MOST_OF_ADDRESS};

    #[tokio::test]
    async fn who_floods_the_queue_from_one_address_makes_nobody_else_wait() {
        let hashing = Hashing::new();
        let mut flood: Vec<_> = (0..500).filter_map(|_| hashing.place("192.0.2.1")).collect();
        assert_eq!(flood.len(), MOST_OF_ADDRESS);
        let honest = hashing.place("192.0.2.2").expect("there is a place");
        assert_eq!(hashing.slowly(honest, || "hashed").await, Some("hashed"));
        let one = flood.pop().expect("it has a place");
        assert_eq!(hashing.slowly(one, || "hashed").await, Some("hashed"));
        assert!(hashing.place("192.0.2.1").is_some(), "its place is free again");
        drop(flood);
        assert!(hashing.waiting.lock().expect("nobody holds it").is_empty(), "nobody is remembered");
    }

    #[tokio::test]
    async fn who_goes_away_keeps_the_turn_until_the_work_is_done() {
        let hashing = Hashing::new();
        let place = hashing.place("192.0.2.1").expect("there is a place");
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (ends, ended) = std::sync::mpsc::channel::<()>();
        let work = move || {
            begun.send(()).expect("the test waits");
            ended.recv().expect("the test lets it end");
        };
        tokio::select! {
            _ = hashing.slowly(place, work) => panic!("it cannot end"),
            began = begins => began.expect("it began"),
        }
        assert_eq!(hashing.turns.available_permits(), 1);
        ends.send(()).expect("it waits");
        // All turns are there again once the work has ended.
        let all = hashing.turns.acquire_many(2).await.expect("it is open");
        assert_eq!(hashing.turns.available_permits(), 0);
        drop(all);
    }
}
