//! Handles: an index and a generation, not a pointer, so that a wrong one is told and never followed.
//!
//! ```text
//!   Open ──close──▶ Closing ──last running call ends──▶ Free ──open──▶ Open, next generation
//! ```
//! Does not know what it holds.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::status::Status;

/// What is open, each under its handle.
pub(super) struct Handles<T> {
    slots: Mutex<Vec<Slot<T>>>,
    /// Rung whenever a call ends.
    call_ended: Condvar,
}

struct Slot<T> {
    /// That of the newest handle with this index; begins at 1, so that no handle is 0.
    generation: u32,
    running: usize,
    state: State<T>,
}

enum State<T> {
    Open(Arc<T>),
    Closing,
    Free,
}

impl<T> Handles<T> {
    pub(super) const fn new() -> Self {
        Self { slots: Mutex::new(Vec::new()), call_ended: Condvar::new() }
    }

    /// Keeps something and gives its handle.
    pub(super) fn insert(&self, held: T) -> u64 {
        let state = State::Open(Arc::new(held));
        let mut slots = self.lock();
        let free = slots.iter().position(|slot| {
            // An index whose generations are used up is left alone, so that no handle comes twice.
            matches!(slot.state, State::Free) && slot.generation < u32::MAX
        });
        let index = free.unwrap_or(slots.len());
        let generation = match slots.get_mut(index) {
            Some(slot) => {
                slot.generation += 1;
                slot.state = state;
                slot.generation
            }
            None => {
                slots.push(Slot { generation: 1, running: 0, state });
                1
            }
        };
        let index = u32::try_from(index).expect("fewer than four thousand million stores are open");
        u64::from(generation) << 32 | u64::from(index)
    }

    /// Calls with what a handle stands for; it stays open until the call has ended.
    pub(super) fn with<R>(&self, handle: u64, call: impl FnOnce(&T) -> R) -> Result<R, Status> {
        // Dropped in reverse: what is held first, then the mark of the running call.
        let (_running, held) = self.enter(handle)?;
        Ok(call(&held))
    }

    /// Refuses further calls at once, tells those that run by `hurry`, waits for them, and frees what the handle stood
    /// for.
    pub(super) fn close(&self, handle: u64, hurry: impl FnOnce(&T)) -> Result<(), Status> {
        let mut slots = self.lock();
        let index = find(&slots, handle)?;
        let State::Open(held) = std::mem::replace(&mut slots[index].state, State::Closing) else {
            unreachable!("only an open slot is found");
        };
        hurry(&held);
        let waited = self.call_ended.wait_while(slots, |slots| slots[index].running > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        drop(held);
        self.lock()[index].state = State::Free;
        Ok(())
    }

    fn enter(&self, handle: u64) -> Result<(Running<'_, T>, Arc<T>), Status> {
        let mut slots = self.lock();
        let index = find(&slots, handle)?;
        let State::Open(held) = &slots[index].state else { unreachable!("only an open slot is found") };
        let held = Arc::clone(held);
        slots[index].running += 1;
        Ok((Running { handles: self, index }, held))
    }

    /// A panic inside the lock leaves plain data that is still in order.
    fn lock(&self) -> MutexGuard<'_, Vec<Slot<T>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The index of an open handle.
fn find<T>(slots: &[Slot<T>], handle: u64) -> Result<usize, Status> {
    let index = usize::try_from(handle & u64::from(u32::MAX)).map_err(|_| Status::Handle)?;
    let generation = u32::try_from(handle >> 32).map_err(|_| Status::Handle)?;
    let slot = slots.get(index).ok_or(Status::Handle)?;
    if generation == 0 || generation > slot.generation {
        return Err(Status::Handle);
    }
    match slot.state {
        State::Open(_) if generation == slot.generation => Ok(index),
        State::Open(_) | State::Closing | State::Free => Err(Status::Closed),
    }
}

/// A call that runs.
struct Running<'a, T> {
    handles: &'a Handles<T>,
    index: usize,
}

impl<T> Drop for Running<'_, T> {
    fn drop(&mut self) {
        self.handles.lock()[self.index].running -= 1;
        self.handles.call_ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_closed_handle_stays_closed_when_its_index_is_used_again() {
        let handles = Handles::new();
        let first = handles.insert("first");
        assert_eq!(handles.close(first, |_| ()), Ok(()));
        let second = handles.insert("second");
        assert_ne!(first, second);
        assert_eq!(handles.with(first, |held| *held), Err(Status::Closed));
        assert_eq!(handles.close(first, |_| ()), Err(Status::Closed));
        assert_eq!(handles.with(second, |held| *held), Ok("second"));
    }

    #[test]
    fn a_handle_that_was_never_given_out_is_told() {
        let handles = Handles::new();
        assert_eq!(handles.close(1 << 32, |_| ()), Err(Status::Handle));
        let handle = handles.insert(());
        for forged in [0, 1, u64::MAX, handle + 1, handle + (1 << 32), handle & 0xffff_ffff] {
            assert_eq!(handles.with(forged, |()| ()), Err(Status::Handle), "{forged:x}");
        }
    }

    #[test]
    fn an_index_whose_generations_are_used_up_is_left_alone() {
        let handles = Handles::new();
        let first = handles.insert(());
        handles.lock()[0].generation = u32::MAX;
        assert_eq!(handles.close(u64::from(u32::MAX) << 32, |_| ()), Ok(()));
        assert_eq!(handles.insert(()), 1 << 32 | 1);
        assert_eq!(handles.close(first, |_| ()), Err(Status::Closed));
    }

    #[test]
    fn closing_refuses_new_calls_at_once_and_waits_for_those_that_run() {
        let handles = &Handles::new();
        let handle = handles.insert(());
        let (started, has_started) = mpsc::channel();
        let (let_go, may_end) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let call = scope.spawn(move || {
                handles.with(handle, |()| {
                    started.send(()).expect("the test listens");
                    may_end.recv().expect("the test lets go");
                })
            });
            has_started.recv().expect("the call starts");
            let close = scope.spawn(move || handles.close(handle, |_| ()));
            while handles.with(handle, |()| ()).is_ok() {
                thread::yield_now();
            }
            assert!(!close.is_finished());
            assert_eq!(handles.close(handle, |_| ()), Err(Status::Closed));
            let_go.send(()).expect("the call waits");
            assert_eq!(call.join().expect("no panic"), Ok(()));
            assert_eq!(close.join().expect("no panic"), Ok(()));
        });
    }

    #[test]
    fn a_call_that_panics_does_not_keep_its_handle_from_closing() {
        let handles = Handles::new();
        let handle = handles.insert(());
        let call = std::panic::AssertUnwindSafe(|| handles.with(handle, |()| panic!("planned")));
        assert!(std::panic::catch_unwind(call).is_err());
        assert_eq!(handles.close(handle, |_| ()), Ok(()));
    }
}
