//! The records that an answer about conflicts looks at, each folded once, however many of its rows are about it.
//!
//! Does not decide what a reader may see: see [`super::opening`].

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use sync_core::ids::{Record, Stream};
use sync_core::referral::fold::Folded;

use super::{Caller, Purpose, opening};
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::Org;

/// The streams of a record that the reader holds.
type Streams = Rc<BTreeMap<Stream, Folded>>;

pub(super) struct Looking<'r> {
    pub(super) read: &'r dyn Reads,
    pub(super) caller: &'r Caller,
    seen: RefCell<BTreeMap<Record, Streams>>,
    orgs: OnceCell<Vec<Org>>,
}

impl<'r> Looking<'r> {
    pub(super) fn new(read: &'r dyn Reads, caller: &'r Caller) -> Self {
        Self { read, caller, seen: RefCell::default(), orgs: OnceCell::new() }
    }

    /// The force and its services.
    pub(super) fn orgs(&self) -> Result<&[Org], Fault> {
        if self.orgs.get().is_none() {
            let _ = self.orgs.set(self.read.orgs()?);
        }
        Ok(self.orgs.get().expect("it was set"))
    }

    /// The streams of a record that the reader holds.
    pub(super) fn held(&self, record: Record) -> Result<Streams, Fault> {
        if let Some(known) = self.seen.borrow().get(&record) {
            return Ok(known.clone());
        }
        let held = Rc::new(opening::held(self.read, self.caller, record, Purpose::Conflicts)?);
        self.seen.borrow_mut().insert(record, held.clone());
        Ok(held)
    }
}
