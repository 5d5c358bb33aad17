//! What admins change of people, phones and rules, on the force's own record: an op of their own desk log beside the rows
//! that the server looks up.
//!
//! The rows decide; the record says who did it and when, signed and in a chain. Does not change anything itself.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};
use sync_core::referral::act::{
    Act, DeviceRevoked, PolicyPublished, RevokeReason as Reason, RoleConfirmed, RoleProposed, UserChanged,
    UserRenamed, YesNo,
};

use super::conflicts::AtDesk;
use super::{Answer, Command, Refused, words};
use crate::fault::Fault;
use crate::reconcile::desk_log::{self, Deed, Done, Upon};
use crate::reconcile::{force_of, write_own};
use crate::store::Writes;
use crate::store::people::RevokeReason;

/// Writes down what a command did.
pub(super) fn note(tx: &dyn Writes, desk: &AtDesk<'_>, command: &Command, answer: Value) -> Answer {
    let mut acts = acts(command, &answer, desk.now_ms)?.into_iter();
    let Some(act) = acts.next() else { return Ok(answer) };
    let author = desk.caller.author;
    let stream = force_of(author.force);
    if author.role != Role::Admin {
        // The force's record is its admins' to write: what a lead did, or whoever agreed to their own, stands there in the
        // server's name. The rows say who it was.
        write_own(tx, desk.server, stream, &act, desk.now_ms)?;
        acts.try_for_each(|act| write_own(tx, desk.server, stream, &act, desk.now_ms))?;
        return Ok(answer);
    }
    let along = acts.map(|act| (stream, act)).collect();
    let deed = Deed { author, stream, act, along, place: tx.place()?, upon: Upon::Streams([stream].into()) };
    match desk_log::record(tx, desk.server, desk.key, &deed, desk.now_ms)? {
        Done::Recorded(_) => Ok(answer),
        Done::ShownAnew => Err(Refused::ShownAnew),
        Done::NotAllowed(why) => Err(Refused::NotAllowed(words(why))),
    }
}

/// What is written down of a command, by what it answered.
fn acts(command: &Command, answer: &Value, now_ms: u64) -> Result<Vec<Act>, Fault> {
    let changed = |active| {
        let (user, org): (UserId, OrgId) = (id(answer, "user")?, id(answer, "org")?);
        Ok::<Act, Fault>(Act::UserChanged(UserChanged { user, org, active }))
    };
    let proposed = || {
        let (user, role) = (id(answer, "user")?, plain(answer, "role")?);
        Ok::<Act, Fault>(Act::RoleProposed(RoleProposed { user, role, from_ms: now_ms }))
    };
    let confirmed = || {
        let (user, role) = (id(answer, "user")?, plain(answer, "role")?);
        Ok::<Act, Fault>(Act::RoleConfirmed(RoleConfirmed { user, role }))
    };
    Ok(match command {
        Command::AddUser(_) if answer["asks"] == "role" => vec![proposed()?],
        Command::AddUser(_) | Command::ConfirmRole(_) => vec![changed(YesNo::Yes)?, confirmed()?],
        Command::DisableUser(..) => vec![changed(YesNo::No)?],
        Command::RenameUser(..) => {
            let (user, was, name) = (id(answer, "user")?, plain(answer, "was")?, plain(answer, "name")?);
            vec![Act::UserRenamed(UserRenamed { user, was, name })]
        }
        Command::ProposeRole(..) => vec![proposed()?],
        Command::RevokeDevice(device, reason) => {
            let reason = match reason {
                RevokeReason::Lost => Reason::Lost,
                RevokeReason::Stolen => Reason::Stolen,
                RevokeReason::Cause => Reason::Cause,
                RevokeReason::Left => Reason::Left,
            };
            vec![Act::DeviceRevoked(DeviceRevoked { device: *device, reason })]
        }
        Command::ConfirmPolicy(_) => {
            let (policy, from_ms) = (plain(answer, "policy")?, plain(answer, "from_ms")?);
            vec![Act::PolicyPublished(PolicyPublished { policy, from_ms })]
        }
        Command::Record(_)
        | Command::Settle(..)
        | Command::PassUp(..)
        | Command::Erase(_)
        | Command::GiveOut(_)
        | Command::KeepLonger(..)
        | Command::EraseRecord(_)
        | Command::TiePersons(..)
        | Command::Assign(..)
        | Command::AddProvider(_)
        | Command::ChangeProvider(..)
        | Command::DisableProvider(..)
        | Command::OpenSlot(_)
        | Command::CloseSlot(..)
        | Command::EnrolCode(_)
        | Command::ConfirmCode(_)
        | Command::Withdraw(_)
        | Command::SignOut(_)
        | Command::EndSessions(..)
        | Command::Unlink(_)
        | Command::ProposePolicy(_)
        | Command::LookUp(_)
        | Command::AddHoliday(_) => Vec::new(),
    })
}

fn id<T: FromStr>(answer: &Value, field: &str) -> Result<T, Fault> {
    let said = answer[field].as_str().and_then(|text| text.parse().ok());
    said.ok_or_else(|| Fault::Damaged("an answer of the desk".to_owned()))
}

fn plain<T: DeserializeOwned>(answer: &Value, field: &str) -> Result<T, Fault> {
    Ok(serde_json::from_value(answer[field].clone())?)
}
