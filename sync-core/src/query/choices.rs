//! One conflict, for whoever settles it: what counts meanwhile, and what each choice would change.
//!
//! Does not compute it: [`crate::referral::what_if`] does. Of an extract nothing is said, since what it is about is not
//! held here.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::command::{Known, OpenConflict};
use crate::ids::{Digest, Stream};
use crate::problem::Problem;
use crate::query::records::{self, Disagreement};
use crate::referral::fold::Folded;
use crate::referral::what_if::{Outlook, Way, what_if};

/// One conflict with its choices.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ConflictShown {
    /// The conflict.
    #[serde(flatten)]
    pub conflict: Disagreement,
    /// What counts until somebody settles it; left out for an extract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meanwhile: Option<Outlook>,
    /// What would count after each choice; left out for an extract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ways: Option<Vec<Way>>,
}

/// One conflict with its choices.
pub(super) fn conflict<K: Known>(id: Digest, known: &K) -> Result<ConflictShown, K::Fault> {
    let unknown = || Problem::at("conflict_unknown", "conflict", "");
    let OpenConflict { stream, extract, .. } = known.conflict(id)?.ok_or_else(unknown)?;
    if extract.is_some() {
        let extract =
            known.extracts()?.into_iter().find(|extract| extract.conflict == id).ok_or_else(unknown)?;
        return Ok(ConflictShown {
            conflict: Disagreement::of_extract(&extract),
            meanwhile: None,
            ways: None,
        });
    }
    let streams = known.streams(stream.record)?.into_iter();
    let streams: BTreeMap<Stream, Folded> =
        streams.map(|(stream, folded)| (stream, Arc::unwrap_or_clone(folded))).collect();
    let folded = streams.get(&stream).ok_or_else(unknown)?;
    let found = folded.state().conflicts.iter().find(|open| open.id == id).ok_or_else(unknown)?;
    let extracts = known.extracts()?;
    let extract = extracts.iter().find(|extract| extract.conflict == id);
    let conflict = records::disagreement(stream, found, folded, extract);
    let shown = what_if(&streams, stream, found);
    Ok(ConflictShown { conflict, meanwhile: Some(shown.meanwhile), ways: Some(shown.ways) })
}
