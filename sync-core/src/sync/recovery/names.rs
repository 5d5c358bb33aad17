//! The ops that a body names, and naming them from another log.
//!
//! A name is found by the kind's own schema: what may be written both as a number and as an op's id
//! is the seq of an own op, and a text that may be nothing but an op's id is one. So a new kind needs
//! nothing here. Does not know the kinds.

use serde_json::Value;

use crate::ids::{DeviceId, OpId};
use crate::op::{Header, Kind};
use crate::referral::act::{Act, OpRef};

/// A kind that this version does not know.
#[derive(Debug)]
pub(super) struct Unknown;

/// The body as the log of `device` says it; `name` is the present name of an own op of the old log.
pub(super) fn rename(
    header: &Header,
    body: &str,
    device: DeviceId,
    name: impl Fn(u64) -> OpId,
) -> Result<Box<str>, Unknown> {
    match Act::parse(&header.kind, body) {
        Ok(Some(_)) => {}
        Ok(None) => return Err(Unknown),
        // Never written by this software, and refused by every server: kept as it is.
        Err(_) => return Ok(body.into()),
    }
    let Ok(whole) = serde_json::from_str::<Value>(body) else { return Ok(body.into()) };
    let mut renamed = whole.clone();
    for pointer in leaves(&whole) {
        let Some(old) = named(&header.kind, &whole, &pointer, header.id.device) else { continue };
        let new = match old {
            Named::Seq(seq) => serde_json::to_value(OpRef::to(name(seq), device)),
            Named::Id(seq) => serde_json::to_value(name(seq)),
        };
        if let (Some(place), Ok(new)) = (renamed.pointer_mut(&pointer), new) {
            *place = new;
        }
    }
    if renamed == whole {
        return Ok(body.into());
    }
    match Act::parse(&header.kind, &renamed.to_string()) {
        Ok(Some(act)) => Ok(act.body()),
        Ok(None) | Err(_) => Err(Unknown),
    }
}

/// An own op of the old log, as a body names it.
enum Named {
    /// By its seq.
    Seq(u64),
    /// By its id.
    Id(u64),
}

fn named(kind: &Kind, whole: &Value, pointer: &str, old: DeviceId) -> Option<Named> {
    let allows = |value: Value| {
        let mut changed = whole.clone();
        changed.pointer_mut(pointer).into_iter().for_each(|place| *place = value.clone());
        matches!(Act::parse(kind, &changed.to_string()), Ok(Some(_)))
    };
    let leaf = whole.pointer(pointer)?;
    if let Some(seq) = leaf.as_u64().filter(|seq| *seq > 0) {
        let id = OpId { device: old, seq };
        return allows(Value::String(id.to_string())).then_some(Named::Seq(seq));
    }
    let id: OpId = leaf.as_str()?.parse().ok()?;
    let is_name = id.device == old && !allows(Value::String("no op".to_owned()));
    is_name.then_some(Named::Id(id.seq))
}

/// JSON pointers of every value that holds no others.
fn leaves(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(fields) => open.extend(fields.iter().map(|(name, value)| {
                (format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), value)
            })),
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(i, value)| (format!("{pointer}/{i}"), value)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(pointer),
        }
    }
    found
}
