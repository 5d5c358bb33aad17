//! What was recorded, in people's words: kinds of entries and their codes.

use super::plain;
use sync_core::codes::{CodeList, label};

/// What an entry is, by its kind.
const ENTRIES: [(&str, &str); 76] = [
    ("encounter.opened", "The police met the person"),
    ("encounter.amended", "The police added a warning or a number"),
    ("encounter.described", "The police wrote down more of it"),
    ("item.seized", "Something was taken"),
    ("item.identified", "It was found out what was taken"),
    ("item.booked_in", "What was taken went into the store"),
    ("item.disposed", "What was taken was destroyed or given back"),
    ("check.recorded", "The police checked a record"),
    ("necessity.recorded", "A reason to arrest"),
    ("defence.raised", "The person said that it is lawful, or not theirs"),
    ("offence.linked", "Another offence"),
    ("offence.described", "Something else was found that is no drug offence"),
    ("oic.decided", "The officer in the case decided"),
    ("eligibility.assessed", "The offer was looked at"),
    ("eligibility.reassessed", "The central record said more"),
    ("offer.answered", "The person answered the offer"),
    ("crime.recorded", "The crime was recorded"),
    ("disposal.applied", "The police decided on an outcome"),
    ("disposal.proposed", "An outcome was proposed"),
    ("disposal.rescinded", "The outcome was taken back"),
    ("discretion.decided", "A supervisor decided on the offer"),
    ("effort.recorded", "The officer said how easy it was"),
    ("consent.recorded", "What the person agreed to"),
    ("referral.submitted", "Referred"),
    ("subject.amended", "A name, a date or a number was corrected"),
    ("need.named", "What the person needs"),
    ("notice.given", "Somebody was told"),
    ("handover.recorded", "Handed over by telephone, with the person there"),
    ("referral.received", "The service has seen it"),
    ("referral.accepted", "The service took it on"),
    ("referral.rejected", "The service did not take it on"),
    ("referral.cancelled", "The police took it back"),
    ("referral.closed", "The service closed it"),
    ("referral.reopened", "Opened again"),
    ("referral.rerouted", "Sent to another service"),
    ("transfer.requested", "Another service was asked to take it"),
    ("transfer.accepted", "The other service took it"),
    ("transfer.declined", "The other service did not take it"),
    ("appointment.requested", "An appointment was asked for"),
    ("appointment.confirmed", "The appointment was given"),
    ("appointment.declined", "The appointment was not given"),
    ("appointment.booked", "An appointment was made"),
    ("appointment.moved", "An appointment was moved"),
    ("appointment.cancelled", "An appointment was called off"),
    ("person.withdrew", "The person left"),
    ("safeguarding.raised", "A safety concern was raised"),
    ("safeguarding.acknowledged", "Somebody answered the safety concern"),
    ("progress.reported", "The force was told how far"),
    ("person.came_in", "Came in without a referral"),
    ("walk_in.corrected", "The name or the birth was corrected"),
    ("walk_in.closed", "It was closed"),
    ("contact.recorded", "Contact, or a try"),
    ("attendance.recorded", "Came, or did not come"),
    ("details.learnt", "A number or an address was learnt"),
    ("closing.reason", "Why it was closed"),
    ("credits.carried", "Sessions from before were counted"),
    ("note.added", "A note"),
    ("outcome.measured", "How the person is doing was asked"),
    ("entry.struck", "An entry was struck as a mistake"),
    ("conflict.raised", "A disagreement was noticed"),
    ("conflict.passed_up", "A disagreement was passed to an admin"),
    ("conflict.settled", "A disagreement was settled"),
    ("person.linked", "Two were said to be one person"),
    ("person.split", "Two were said to be two people"),
    ("user.changed", "Somebody may act here, or may no more"),
    ("user.renamed", "Somebody has another name"),
    ("role.proposed", "An admin proposed what somebody may do"),
    ("role.confirmed", "Two admins agreed what somebody may do"),
    ("device.revoked", "A phone was taken out of use"),
    ("policy.published", "Other rules came into force"),
    ("service.changed", "A service said what it offers"),
    ("slot.opened", "A time was offered"),
    ("slot.closed", "A time was taken back"),
    ("outcomes.released", "A service told how its people are doing"),
    ("provider.deactivated", "A service takes no more referrals"),
    ("body.erased", "What an entry said was erased"),
];

/// What an entry is.
pub(in crate::pages) fn entry(kind: &str) -> String {
    let known = ENTRIES.iter().find(|(known, _)| *known == kind);
    known.map_or_else(|| plain(kind), |(_, words)| (*words).to_owned())
}

/// What became of an entry.
pub(in crate::pages) fn standing(standing: &str) -> &'static str {
    match standing {
        "counts" => "Counts",
        "admitted" => "Counts: an admin let it",
        "kept_aside" => "Kept aside",
        "refused" => "Does not count",
        "repeated" => "Sent twice: the first counts",
        "struck" => "Struck as a mistake",
        "overruled" => "Another one counts, as was settled",
        "erased" => "Erased",
        "newer" => "Recorded by a newer version",
        _ => "",
    }
}

/// The lists in which a field's codes are looked up, by the field's name.
pub(in crate::pages) fn code(field: &str, code: &str) -> String {
    let lists: &[CodeList] = match field {
        "attendance" | "status" | "result" | "what" => &[CodeList::Attendance, CodeList::ContactResults],
        "channel" => &[CodeList::ContactChannels, CodeList::CheckChannels],
        "reason" => &[
            CodeList::CancelReasons,
            CodeList::CloseReasons,
            CodeList::RejectReasons,
            CodeList::TransferReasons,
            CodeList::WithdrawalReasons,
            CodeList::RescindReasons,
        ],
        "closing_reason" => &[CodeList::CloseReasons],
        "drug" => &[CodeList::Drugs],
        "codes" | "concern" => &[CodeList::Safeguarding],
        "may" => &[CodeList::ReachMay],
        "ethnicity" => &[CodeList::Ethnicity],
        "ethnicity_seen" => &[CodeList::EthnicitySeen],
        "sex" => &[CodeList::Sexes],
        "need" => &[CodeList::ServiceKinds],
        "how" => &[CodeList::ItemFates],
        "language" => &[CodeList::Languages],
        "basis" => &[CodeList::ErasureBases],
        _ => &[],
    };
    let said = lists.iter().find_map(|list| label(*list, code)).map(str::to_owned);
    said.unwrap_or_else(|| plain(code))
}

/// A field's name as people say it.
pub(in crate::pages) fn field(name: &str) -> String {
    let words = match name {
        "at_ms" | "on" | "date" => "When",
        "born" => "Date of birth",
        "what" => "What",
        "via" | "channel" => "How",
        "minutes" => "Minutes",
        "reason" => "Why",
        "reference" => "Reference",
        "amount" => "Amount",
        "phone" | "telephone" => "Telephone",
        "place" => "Where",
        "to" => "To",
        "route" => "Stopped or in custody",
        "subject" => "Person",
        _ => {
            let plain = plain(name.trim_end_matches("_ms"));
            return super::errors::sentence(&plain).trim_end_matches('.').to_owned();
        }
    };
    words.to_owned()
}
