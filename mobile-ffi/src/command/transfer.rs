//! A referral changes hands: a service is named, another asked for, taken over or not; and opened again.
//!
//! Does not decide who may: see [`sync_core::referral::judge`].

use sync_core::codes::CodeList;
use sync_core::ids::{CompartmentKind, OrgId, Record};
use sync_core::referral::act::{
    Act, OpRef, ReferralReopened, ReferralRerouted, ReopenReason, RerouteReason, TransferAccepted,
    TransferDeclined, TransferRequested, YesNo,
};
use sync_core::referral::eligibility::Age;
use sync_core::referral::view::View;

use crate::command::check;
use crate::command::plan::Plan;
use crate::command::referring::{self, Chosen, Override, Wish};
use crate::me::Me;
use crate::problem::Problem;
use crate::store::reference::Provider;

/// Names another provider; nothing of the referral goes there without the person's yes.
pub(crate) fn request(
    record: Record,
    providers: &[Provider],
    to: OrgId,
    reason: &str,
    consent: YesNo,
) -> Result<Plan, Problem> {
    if !providers.iter().any(|provider| provider.id == to) {
        return Err(Problem::at("provider_unknown", "to", ""));
    }
    if consent == YesNo::No {
        return Err(Problem::at("consent_needed", "consent", ""));
    }
    let act = Act::TransferRequested(TransferRequested { to, reason: reason.to_owned(), consent });
    Ok(shared(record, act))
}

/// The named provider's answer to the request that waits.
pub(crate) fn answer(
    record: Record,
    view: &View,
    me: &Me,
    takes_over: YesNo,
    reason: Option<&str>,
    now_ms: u64,
) -> Result<Plan, Problem> {
    let open = view.transfer.ok_or_else(|| Problem::new("not_allowed", "Nobody asked for a transfer."))?;
    let request = OpRef::to(open.request, me.device);
    let act = match takes_over {
        YesNo::Yes => Act::TransferAccepted(TransferAccepted { request, to: me.org }),
        YesNo::No => {
            let reason = reason.unwrap_or_default().to_owned();
            check::code("reason", CodeList::RejectReasons, &reason, now_ms)?;
            Act::TransferDeclined(TransferDeclined { request, reason })
        }
    };
    Ok(shared(record, act))
}

/// Names the service of a referral that none has taken on.
pub(crate) fn assign(
    record: Record,
    view: &View,
    providers: &[Provider],
    (to, overriding): (OrgId, Option<&Override>),
    now_ms: u64,
) -> Result<(Plan, Option<Provider>), Problem> {
    let years = view.subject.as_ref().and_then(|person| person.age_at(now_ms)).map(Age::years);
    let wish = Wish { field: "to", named: Some(to), area: None, overriding, years };
    let Chosen { provider, outside_age } = referring::choose(providers, &wish)?;
    let reason = RerouteReason::Named;
    let act = Act::ReferralRerouted(ReferralRerouted { to, reason, by: None, outside_age });
    Ok((shared(record, act), provider))
}

/// Opens a referral again that the provider had closed.
pub(crate) fn reopen(record: Record, reason: ReopenReason) -> Plan {
    shared(record, Act::ReferralReopened(ReferralReopened { reason }))
}

fn shared(record: Record, act: Act) -> Plan {
    Plan::of(record, vec![(CompartmentKind::Shared, act)])
}
