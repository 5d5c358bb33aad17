//! What a demo leaves behind: the stores, the ledger of what was reported as saved, and the wire.
//!
//! The checks look at nothing else, so they can be run again on a directory that was kept. Does not
//! judge: see [`super::checks`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use server::private;
use sync_core::ids::{Digest, OpId};

use super::cast::{Cast, myself};
use super::scenario::{Device, Scenario};
use crate::failure::{Done, Failure};

/// The stores and what is to be found in them.
pub(crate) struct Kept {
    pub(crate) data: PathBuf,
    pub(crate) phones: Vec<KeptPhone>,
    /// Every op that a phone reported as saved, with its hash.
    pub(crate) ledger: Vec<(OpId, Digest)>,
}

/// One phone's store, and what was sent to it.
pub(crate) struct KeptPhone {
    pub(crate) id: String,
    pub(crate) role: String,
    pub(crate) store: PathBuf,
    pub(crate) received: String,
}

/// One exchange, unpacked: a line of `wire.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) phone: String,
    pub(crate) path: String,
    pub(crate) bytes: usize,
    pub(crate) request: String,
    pub(crate) answer: Option<String>,
}

const WIRE: &str = "wire.jsonl";
const LEDGER: &str = "ledger.json";

/// Writes what is not in the stores beside them.
pub(crate) fn keep(cast: &Cast, directory: &Path) -> Done {
    let lines =
        cast.wire().into_iter().map(|line| serde_json::to_string(&line).expect("a line is plain data"));
    private::write(&directory.join(WIRE), lines.collect::<Vec<_>>().join("\n").as_bytes())?;
    let ledger: Vec<_> = cast.ledger.iter().collect();
    let ledger = serde_json::to_string(&ledger).expect("a ledger is plain data");
    private::write(&directory.join(LEDGER), ledger.as_bytes())?;
    Ok(())
}

impl Kept {
    /// The stores of a cast that has ended.
    pub(crate) fn of(cast: &Cast) -> Self {
        let wire = cast.wire();
        let phones = cast.phones.values().map(|phone| KeptPhone {
            id: phone.id.clone(),
            role: phone.role.clone(),
            store: phone.store.clone(),
            received: received(&wire, &phone.id),
        });
        let ledger = cast.ledger.iter().map(|(id, hash)| (*id, *hash)).collect();
        Self { data: cast.data.clone(), phones: phones.collect(), ledger }
    }

    /// The stores in a directory that was kept.
    pub(crate) fn read(directory: &Path, scenario: &Scenario) -> Done<Self> {
        let text = |name: &str| {
            std::fs::read_to_string(directory.join(name))
                .map_err(|_| Failure::Usage(format!("{} holds no demo: no {name}", directory.display())))
        };
        let malformed = |_| Failure::Usage(format!("{} holds no demo", directory.display()));
        let ledger: BTreeMap<OpId, Digest> =
            serde_json::from_str::<Vec<_>>(&text(LEDGER)?).map_err(malformed)?.into_iter().collect();
        let wire = text(WIRE)?;
        let wire =
            wire.lines().map(serde_json::from_str).collect::<Result<Vec<Line>, _>>().map_err(malformed)?;
        let people = scenario.people.iter().filter(|person| person.device == Device::Phone);
        let phones = people.map(|person| KeptPhone {
            id: person.id.clone(),
            role: person.role.clone(),
            store: directory.join("phones").join(&person.id),
            received: received(&wire, &person.id),
        });
        let data = directory.join("server");
        Ok(Self { data, phones: phones.collect(), ledger: ledger.into_iter().collect() })
    }
}

fn received(wire: &[Line], phone: &str) -> String {
    let answers = wire.iter().filter(|line| line.phone == phone).filter_map(|line| line.answer.as_deref());
    answers.collect::<Vec<_>>().join("\n")
}

impl KeptPhone {
    /// The digests of the streams that the store holds, from a process that opens it anew; else the
    /// sentence that it ends with. A phone that salvaged its store or set rows aside does not count as whole.
    pub(crate) fn digests(&self) -> Done<Result<Value, String>> {
        let digests = match self.ask("digests")? {
            Ok(answer) => answer["digests"].clone(),
            Err(said) => return Ok(Err(said)),
        };
        // Asked afterwards: a row that does not open is set aside by the question that reads it.
        let status = match self.ask("status")? {
            Ok(status) => status,
            Err(said) => return Ok(Err(said)),
        };
        if !status["recovery"].is_null() {
            return Ok(Err(format!("its store was damaged: {}", status["recovery"])));
        }
        match status["set_aside"].as_u64() {
            Some(0) => Ok(Ok(digests)),
            rows => Ok(Err(format!("rows that were set aside: {rows:?}"))),
        }
    }

    fn ask(&self, verb: &str) -> Done<Result<Value, String>> {
        let done = myself()?.arg("phone").arg("--store").arg(&self.store).arg(verb).output()?;
        let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        Ok(serde_json::from_slice(&done.stdout).map_err(|_| said))
    }
}
