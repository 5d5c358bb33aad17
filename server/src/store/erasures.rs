//! Erasures: which bodies are gone, and what else in the store had told of them.
//!
//! Does not decide what is erased: see `reconcile::erasure`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sync_core::ids::{Digest, OpId, Stream};
use sync_core::op::{Recovered, parse_layout};
use sync_core::referral::conflict::ConflictKind;
use sync_core::referral::erasure::Erased;
use sync_core::stamp::Disposition;
use sync_core::sync::answer::Extract;

use crate::fault::Fault;
use crate::keys::{base64url, from_base64url};

/// The salt of an op whose own is gone.
pub(crate) const NO_SALT: [u8; 16] = [0; 16];

/// One erased op. It is kept also where the op itself is not held: should the op come again, its body stays out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureRow {
    pub(crate) op: OpId,
    /// The op's hash: another op under the same id is another op.
    pub(crate) hash: Digest,
    pub(crate) stream: Stream,
    /// The `body.erased` that says so.
    pub(crate) by: OpId,
    pub(crate) erased: Erased,
    /// What had become of the op, which nobody can judge again; none for one that was pending.
    pub(crate) disposition: Option<Disposition>,
}

/// Look-ups.
pub(crate) trait ErasureReads {
    fn erasure(&self, op: OpId) -> Result<Option<ErasureRow>, Fault>;
    /// By device and seq.
    fn erasures(&self) -> Result<Vec<ErasureRow>, Fault>;
    /// Whether the bytes of every erased body are gone from the files.
    fn is_scrubbed(&self) -> Result<bool, Fault>;
    /// Whether an extract or a branch that is kept aside still tells what an op said.
    fn is_told(&self, gone: &Gone) -> Result<bool, Fault>;
}

/// Changes.
pub(crate) trait ErasureWrites {
    /// Takes body and salt of an op away wherever they are, and notes it; a second time changes nothing.
    fn erase(&self, row: &ErasureRow, gone: &Gone) -> Result<(), Fault>;
}

/// What must be found nowhere any more: an op by its id, and by the hashes that it has in logs.
#[derive(Debug, Clone)]
pub(crate) struct Gone {
    pub(crate) op: OpId,
    pub(crate) hashes: Vec<Digest>,
}

impl Gone {
    /// An op, and the one of an older log that it repeats.
    pub(crate) fn of(op: OpId, hash: Digest, repeats: Option<Recovered>) -> Self {
        Self { op, hashes: [hash].into_iter().chain(repeats.map(|original| original.hash)).collect() }
    }

    /// An extract without what the op said; none when it says nothing of it.
    pub(crate) fn out_of_extract(&self, json: &str) -> Result<Option<String>, Fault> {
        if !json.contains(&self.op.to_string()) {
            return Ok(None);
        }
        let mut extract: Extract = serde_json::from_str(json)?;
        let mut found = false;
        for side in extract.sides.iter_mut().filter(|side| side.op == self.op) {
            // Of what does not disagree about a field, the value is the kind's name.
            let tells = extract.kind == ConflictKind::Field && side.value != NOTHING;
            if tells || side.body.is_some() {
                found = true;
                side.body = None;
            }
            if tells {
                NOTHING.clone_into(&mut side.value);
            }
        }
        Ok(if found { Some(serde_json::to_string(&extract)?) } else { None })
    }

    /// A branch of a log without the op's body and salt; none when it holds neither.
    pub(crate) fn out_of_branch(&self, json: &str) -> Result<Option<String>, Fault> {
        let mut branch: Value = serde_json::from_str(json)?;
        let mut found = false;
        for op in branch["ops"].as_array_mut().into_iter().flatten() {
            let layout = op["header"].as_str().and_then(from_base64url).unwrap_or_default();
            let is_it = parse_layout(&layout).is_ok_and(|header| self.hashes.contains(&header.hash()));
            if is_it && !op["body"].is_null() {
                found = true;
                op["body"] = Value::Null;
                op["salt"] = base64url(&NO_SALT).into();
            }
        }
        Ok(if found { Some(branch.to_string()) } else { None })
    }
}

const NOTHING: &str = "null";
