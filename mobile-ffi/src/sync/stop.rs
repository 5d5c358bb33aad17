//! Who ends calls that use the network: a person who cancels one, and whoever closes the store.
//!
//! A call takes its [`Stop`] before it does anything, so that a word that comes between two exchanges counts too. Does not
//! interrupt what is being saved.

use tokio::sync::watch;

/// What was said so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Said {
    cancels: u64,
    closed: bool,
}

/// Where it is said.
#[derive(Debug, Default)]
pub(crate) struct Stops(watch::Sender<Said>);

impl Stops {
    /// Ends the calls that run now.
    pub(crate) fn cancel(&self) {
        self.0.send_modify(|said| said.cancels = said.cancels.wrapping_add(1));
    }

    /// Ends the calls that run now, and every later one.
    pub(crate) fn close(&self) {
        self.0.send_modify(|said| said.closed = true);
    }

    /// For a call that begins.
    pub(crate) fn begin(&self) -> Stop {
        let receiver = self.0.subscribe();
        let begun = *receiver.borrow();
        Stop { receiver, begun }
    }
}

/// Hears for one call whether it is to end.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    receiver: watch::Receiver<Said>,
    begun: Said,
}

impl Stop {
    /// Whether the call is to end.
    pub(crate) fn is_said(&self) -> bool {
        self.counts(*self.receiver.borrow())
    }

    /// Returns when the call is to end.
    pub(crate) async fn said(&self) {
        let mut receiver = self.receiver.clone();
        // The sender lives as long as the device, and so longer than its calls.
        let _ = receiver.wait_for(|said| self.counts(*said)).await;
    }

    fn counts(&self, said: Said) -> bool {
        said.closed || said.cancels != self.begun.cancels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_ends_the_calls_that_run_and_not_the_next() {
        let stops = Stops::default();
        let (before, other) = (stops.begin(), stops.begin());
        assert!(!before.is_said());
        stops.cancel();
        assert!(before.is_said() && other.is_said());
        assert!(!stops.begin().is_said());
    }

    #[test]
    fn whoever_closes_ends_later_calls_too() {
        let stops = Stops::default();
        stops.close();
        assert!(stops.begin().is_said());
    }
}
