"""What somebody does: a class for each command.

Made by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from waymark import parts
from waymark._json import Command


@dataclass(frozen=True, kw_only=True)
class Assess(Command):
    """Says what the rules say of a form; writes nothing."""

    verb: ClassVar[str] = "assess"

    drug: str
    """The suspected drug: a code of `drugs`."""

    family: str
    """The family name."""

    identity: str
    """How identity was established: a code of `identity_methods`, or `not_established`."""

    safe_now: parts.SafeNow
    """Whether the person is safe now."""

    signs: parts.Signs
    """Signs of something else than possession."""

    again: bool | None = None
    """Refers although the same officer has referred the person within a day."""

    agrees: parts.Agrees | None = None
    """The person's answer to the offer; needed to refer."""

    amount: str | None = None
    """How much, in words."""

    apparent_age: int | None = None
    """How old the person looks, in years, where no date of birth is known."""

    area: str | None = None
    """The area, as the services name theirs."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """When it happened, in milliseconds since 1970, up to 72 hours back; now, when it is left out."""

    began_ms: int | None = None
    """When the first draft of the form was begun, in milliseconds since 1970."""

    born: str | None = None
    """The date of birth, written as 1990-12-31; it or `apparent_age` is needed."""

    checks: Sequence[parts.CheckAnswer] | None = None
    """The checks that were made, or not."""

    consent: parts.Consent | None = None
    """What the person agreed to; needed to refer."""

    crime_reference: str | None = None
    """The reference of the force's own system."""

    custody: parts.Custody | None = None
    """What the person is under arrest for, when it is for something else."""

    described: parts.Description | None = None
    """What the roadside does not ask for, where it is known already."""

    ethnicity: str | None = None
    """Self-defined ethnicity: a code of `ethnicity`; needed but for a dry run."""

    evidence: parts.Evidence | None = None
    """What stands for possession."""

    exhibit: str | None = None
    """The exhibit reference; the phone proposes one."""

    given: str | None = None
    """The given name."""

    items: Sequence[parts.ItemAnswer] | None = None
    """What else was taken, each with its own exhibit reference."""

    need: str | None = None
    """The kind of service that the person needs: a code of `service_kinds`."""

    not_offered: parts.NotOffered | None = None
    """Why no offer was made."""

    note: str | None = None
    """A note for the police."""

    notices: Sequence[parts.Notice] | None = None
    """Who was told of a young person, or why not."""

    offence: str | None = None
    """The offence, where it does not follow from the drug: a code of `offences`."""

    offences: Sequence[parts.OffenceAnswer] | None = None
    """Other offences of the same encounter."""

    override: parts.Override | None = None
    """Why a service for other ages is named all the same."""

    place: str | None = None
    """Where it happened."""

    provider: str | None = None
    """The service; found by area and age when it is left out."""

    reach: parts.Reach | None = None
    """How to reach the person; needed to refer."""

    route: parts.Route | None = None
    """Where the encounter took place: on the street, when it is left out."""

    slot: str | None = None
    """One of the times that the service offers: it is asked for, and not confirmed before the server answers."""

    voluntary: parts.YesNo | None = None
    """Refers outside any police decision, where the rules allow no diversion."""


@dataclass(frozen=True, kw_only=True)
class Refer(Command):
    """Records an encounter, and refers the person when the rules allow it."""

    verb: ClassVar[str] = "refer"

    drug: str
    """The suspected drug: a code of `drugs`."""

    family: str
    """The family name."""

    identity: str
    """How identity was established: a code of `identity_methods`, or `not_established`."""

    safe_now: parts.SafeNow
    """Whether the person is safe now."""

    signs: parts.Signs
    """Signs of something else than possession."""

    again: bool | None = None
    """Refers although the same officer has referred the person within a day."""

    agrees: parts.Agrees | None = None
    """The person's answer to the offer; needed to refer."""

    amount: str | None = None
    """How much, in words."""

    apparent_age: int | None = None
    """How old the person looks, in years, where no date of birth is known."""

    area: str | None = None
    """The area, as the services name theirs."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """When it happened, in milliseconds since 1970, up to 72 hours back; now, when it is left out."""

    began_ms: int | None = None
    """When the first draft of the form was begun, in milliseconds since 1970."""

    born: str | None = None
    """The date of birth, written as 1990-12-31; it or `apparent_age` is needed."""

    checks: Sequence[parts.CheckAnswer] | None = None
    """The checks that were made, or not."""

    consent: parts.Consent | None = None
    """What the person agreed to; needed to refer."""

    crime_reference: str | None = None
    """The reference of the force's own system."""

    custody: parts.Custody | None = None
    """What the person is under arrest for, when it is for something else."""

    described: parts.Description | None = None
    """What the roadside does not ask for, where it is known already."""

    ethnicity: str | None = None
    """Self-defined ethnicity: a code of `ethnicity`; needed but for a dry run."""

    evidence: parts.Evidence | None = None
    """What stands for possession."""

    exhibit: str | None = None
    """The exhibit reference; the phone proposes one."""

    given: str | None = None
    """The given name."""

    items: Sequence[parts.ItemAnswer] | None = None
    """What else was taken, each with its own exhibit reference."""

    need: str | None = None
    """The kind of service that the person needs: a code of `service_kinds`."""

    not_offered: parts.NotOffered | None = None
    """Why no offer was made."""

    note: str | None = None
    """A note for the police."""

    notices: Sequence[parts.Notice] | None = None
    """Who was told of a young person, or why not."""

    offence: str | None = None
    """The offence, where it does not follow from the drug: a code of `offences`."""

    offences: Sequence[parts.OffenceAnswer] | None = None
    """Other offences of the same encounter."""

    override: parts.Override | None = None
    """Why a service for other ages is named all the same."""

    place: str | None = None
    """Where it happened."""

    provider: str | None = None
    """The service; found by area and age when it is left out."""

    reach: parts.Reach | None = None
    """How to reach the person; needed to refer."""

    route: parts.Route | None = None
    """Where the encounter took place: on the street, when it is left out."""

    slot: str | None = None
    """One of the times that the service offers: it is asked for, and not confirmed before the server answers."""

    voluntary: parts.YesNo | None = None
    """Refers outside any police decision, where the rules allow no diversion."""


@dataclass(frozen=True, kw_only=True)
class RecordEncounter(Command):
    """Records an encounter that ends without a referral."""

    verb: ClassVar[str] = "record_encounter"

    drug: str
    """The suspected drug: a code of `drugs`."""

    family: str
    """The family name."""

    identity: str
    """How identity was established: a code of `identity_methods`, or `not_established`."""

    safe_now: parts.SafeNow
    """Whether the person is safe now."""

    signs: parts.Signs
    """Signs of something else than possession."""

    again: bool | None = None
    """Refers although the same officer has referred the person within a day."""

    agrees: parts.Agrees | None = None
    """The person's answer to the offer; needed to refer."""

    amount: str | None = None
    """How much, in words."""

    apparent_age: int | None = None
    """How old the person looks, in years, where no date of birth is known."""

    area: str | None = None
    """The area, as the services name theirs."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """When it happened, in milliseconds since 1970, up to 72 hours back; now, when it is left out."""

    began_ms: int | None = None
    """When the first draft of the form was begun, in milliseconds since 1970."""

    born: str | None = None
    """The date of birth, written as 1990-12-31; it or `apparent_age` is needed."""

    checks: Sequence[parts.CheckAnswer] | None = None
    """The checks that were made, or not."""

    consent: parts.Consent | None = None
    """What the person agreed to; needed to refer."""

    crime_reference: str | None = None
    """The reference of the force's own system."""

    custody: parts.Custody | None = None
    """What the person is under arrest for, when it is for something else."""

    described: parts.Description | None = None
    """What the roadside does not ask for, where it is known already."""

    ethnicity: str | None = None
    """Self-defined ethnicity: a code of `ethnicity`; needed but for a dry run."""

    evidence: parts.Evidence | None = None
    """What stands for possession."""

    exhibit: str | None = None
    """The exhibit reference; the phone proposes one."""

    given: str | None = None
    """The given name."""

    items: Sequence[parts.ItemAnswer] | None = None
    """What else was taken, each with its own exhibit reference."""

    need: str | None = None
    """The kind of service that the person needs: a code of `service_kinds`."""

    not_offered: parts.NotOffered | None = None
    """Why no offer was made."""

    note: str | None = None
    """A note for the police."""

    notices: Sequence[parts.Notice] | None = None
    """Who was told of a young person, or why not."""

    offence: str | None = None
    """The offence, where it does not follow from the drug: a code of `offences`."""

    offences: Sequence[parts.OffenceAnswer] | None = None
    """Other offences of the same encounter."""

    override: parts.Override | None = None
    """Why a service for other ages is named all the same."""

    place: str | None = None
    """Where it happened."""

    provider: str | None = None
    """The service; found by area and age when it is left out."""

    reach: parts.Reach | None = None
    """How to reach the person; needed to refer."""

    route: parts.Route | None = None
    """Where the encounter took place: on the street, when it is left out."""

    slot: str | None = None
    """One of the times that the service offers: it is asked for, and not confirmed before the server answers."""

    voluntary: parts.YesNo | None = None
    """Refers outside any police decision, where the rules allow no diversion."""


@dataclass(frozen=True, kw_only=True)
class AnswerOffer(Command):
    """Records the later answer to an offer that was left open or granted."""

    verb: ClassVar[str] = "answer_offer"

    agrees: parts.Agrees
    """What the person said."""

    record: str
    """The encounter."""

    area: str | None = None
    """The area, as the services name theirs."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    consent: parts.Consent | None = None
    """What they agreed to; needed to refer."""

    offence: str | None = None
    """The offence, where it does not follow from the drug: a code of `offences`."""

    override: parts.Override | None = None
    """Why a service for other ages is named all the same."""

    provider: str | None = None
    """The service; found by area and age when it is left out."""

    reach: parts.Reach | None = None
    """How to reach them; needed to refer."""


@dataclass(frozen=True, kw_only=True)
class Cancel(Command):
    """Takes a referral back."""

    verb: ClassVar[str] = "cancel"

    reason: parts.CancelReason
    """Why."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Assign(Command):
    """Names the service of a referral that none has taken on."""

    verb: ClassVar[str] = "assign"

    record: str
    """The referral."""

    to: str
    """The service."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    override: parts.Override | None = None
    """Why a service for other ages is named all the same."""


@dataclass(frozen=True, kw_only=True)
class Crime(Command):
    """Records the offence, or the crime's reference."""

    verb: ClassVar[str] = "crime"

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    crime_reference: str | None = None
    """The reference of the force's own system; one of the two is needed."""

    offence: str | None = None
    """A code of `offences`."""


@dataclass(frozen=True, kw_only=True)
class Discretion(Command):
    """Decides where the rules leave it to a supervisor."""

    verb: ClassVar[str] = "discretion"

    grant: parts.YesNo
    """Whether the offer is made."""

    reason: str
    """Why."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Dispose(Command):
    """Records what the police do instead."""

    verb: ClassVar[str] = "dispose"

    disposal: parts.Disposal
    """What they do."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    outcome: str | None = None
    """The outcome: a code of `outcomes`; the pack's own, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class ProposeDisposal(Command):
    """Proposes what is to follow; a supervisor decides."""

    verb: ClassVar[str] = "propose_disposal"

    disposal: parts.Disposal
    """What is to follow."""

    reason: str
    """Why."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Rescind(Command):
    """Takes an outcome back."""

    verb: ClassVar[str] = "rescind"

    reason: parts.RescindReason
    """Why."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Consent(Command):
    """Records what the person agrees to now."""

    verb: ClassVar[str] = "consent"

    contact: parts.YesNo
    """Whether the service may contact the person."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    feedback: parts.YesNo | None = None
    """Whether the police are told how far the person got."""

    language: str | None = None
    """Its language: a code of `languages`; needed for a yes."""

    present: str | None = None
    """Who was there with the person."""

    wording: str | None = None
    """The text that the person agreed to: a code of `consent_wordings`; needed for a yes."""


@dataclass(frozen=True, kw_only=True)
class Withdraw(Command):
    """Records that the person wants no further contact."""

    verb: ClassVar[str] = "withdraw"

    reason: str
    """Why: a code of `withdrawal_reasons`."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Safeguard(Command):
    """Raises a safeguarding concern."""

    verb: ClassVar[str] = "safeguard"

    codes: Sequence[str]
    """What it is about: codes of `safeguarding`, one at least."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    call_back: str | None = None
    """The number to call back."""

    told: str | None = None
    """Who was told."""

    told_at_ms: int | None = None
    """When they were told, in milliseconds since 1970."""


@dataclass(frozen=True, kw_only=True)
class Acknowledge(Command):
    """Takes up a safeguarding concern."""

    verb: ClassVar[str] = "acknowledge"

    raised: str
    """The entry that raised it."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Handover(Command):
    """Records a call to the service with the person there."""

    verb: ClassVar[str] = "handover"

    record: str
    """The referral."""

    result: parts.ContactWhat
    """What came of it."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """When, in milliseconds since 1970; now, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Notice(Command):
    """Records that somebody was told of the referral, or why not."""

    verb: ClassVar[str] = "notice"

    record: str
    """The referral."""

    to: parts.NoticeTo
    """Who."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    not_given: parts.NotGiven | None = None
    """Why they were not told; left out: they were."""


@dataclass(frozen=True, kw_only=True)
class Amend(Command):
    """Corrects what is known of the person."""

    verb: ClassVar[str] = "amend"

    field: str
    """What is corrected, `phone` for instance."""

    record: str
    """The referral."""

    value: str
    """What it is now."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Accept(Command):
    """Takes a referral on."""

    verb: ClassVar[str] = "accept"

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Reject(Command):
    """Does not take a referral on."""

    verb: ClassVar[str] = "reject"

    reason: str
    """Why: a code of `reject_reasons`."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Contact(Command):
    """Records an attempt to reach the person, or that they were reached."""

    verb: ClassVar[str] = "contact"

    channel: str
    """How: a code of `contact_channels`."""

    record: str
    """The referral."""

    result: str
    """What came of it: a code of `contact_results`."""

    what: parts.ContactWhat
    """Whether the person was spoken to."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """When, in milliseconds since 1970; now, when it is left out."""

    note: str | None = None
    """A note."""


@dataclass(frozen=True, kw_only=True)
class Book(Command):
    """Books a meeting."""

    verb: ClassVar[str] = "book"

    at_ms: int
    """When, in milliseconds since 1970."""

    meeting: parts.Meeting
    """What for."""

    minutes: int
    """How long, in minutes."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    place: str | None = None
    """Where."""


@dataclass(frozen=True, kw_only=True)
class Attend(Command):
    """Records what became of a meeting."""

    verb: ClassVar[str] = "attend"

    meeting: parts.Meeting
    """What for."""

    minutes: int
    """How long, in minutes."""

    record: str
    """The referral."""

    status: parts.Attendance
    """Whether the person came."""

    appointment: str | None = None
    """The entry that booked it; left out: nobody had."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """When, in milliseconds since 1970; now, when it is left out."""

    note: str | None = None
    """A note."""

    reason: str | None = None
    """Why it is said that the person did not come, where another entry says that they did."""


@dataclass(frozen=True, kw_only=True)
class Details(Command):
    """Records how the person can be reached."""

    verb: ClassVar[str] = "details"

    field: str
    """What was learnt, `phone` for instance."""

    record: str
    """The referral."""

    value: str
    """What it is."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Note(Command):
    """Adds a clinical note."""

    verb: ClassVar[str] = "note"

    record: str
    """The referral."""

    text: str
    """The note."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Transfer(Command):
    """Asks another service to take the referral over."""

    verb: ClassVar[str] = "transfer"

    consent: parts.YesNo
    """Whether the person agrees; without a yes nothing goes there."""

    reason: str
    """Why: a code of `transfer_reasons`."""

    record: str
    """The referral."""

    to: str
    """The other service."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class AnswerTransfer(Command):
    """Takes a referral over from another service, or not."""

    verb: ClassVar[str] = "answer_transfer"

    record: str
    """The referral."""

    takes_over: parts.YesNo
    """Whether it does."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    reason: str | None = None
    """Why not: a code of `reject_reasons`; needed for a no."""


@dataclass(frozen=True, kw_only=True)
class Close(Command):
    """Closes a referral."""

    verb: ClassVar[str] = "close"

    on: str
    """The day, written as 1990-12-31."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    note: str | None = None
    """A note beside the reason."""

    reason: str | None = None
    """Why: a code of `close_reasons`. It stays with the service, but for a death."""


@dataclass(frozen=True, kw_only=True)
class Reopen(Command):
    """Opens a closed referral again."""

    verb: ClassVar[str] = "reopen"

    reason: parts.ReopenReason
    """Why."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Identify(Command):
    """Records what an item was found to be."""

    verb: ClassVar[str] = "identify"

    drug: str
    """What it was found to be: a code of `drugs`."""

    record: str
    """The encounter."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    exhibit: str | None = None
    """The item's exhibit reference."""

    item: str | None = None
    """The item's entry; where it is left out, `exhibit` names it, or there is only one."""

    method: str | None = None
    """How it was found out."""


@dataclass(frozen=True, kw_only=True)
class BookIn(Command):
    """Records that an item went into the store."""

    verb: ClassVar[str] = "book_in"

    record: str
    """The encounter."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    exhibit: str | None = None
    """The item's exhibit reference."""

    item: str | None = None
    """The item's entry; where it is left out, `exhibit` names it, or there is only one."""

    seal: str | None = None
    """The seal of its bag."""

    store: str | None = None
    """Where it is kept."""

    weight_mg: int | None = None
    """What it weighs, in milligrams."""


@dataclass(frozen=True, kw_only=True)
class DisposeItem(Command):
    """Records what became of an item."""

    verb: ClassVar[str] = "dispose_item"

    how: str
    """What became of it: a code of `item_fates`."""

    record: str
    """The encounter."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    exhibit: str | None = None
    """The item's exhibit reference."""

    item: str | None = None
    """The item's entry; where it is left out, `exhibit` names it, or there is only one."""


@dataclass(frozen=True, kw_only=True)
class Check(Command):
    """Records a check that was made later."""

    verb: ClassVar[str] = "check"

    check: parts.CheckAnswer
    """The check."""

    record: str
    """The encounter."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Oic(Command):
    """Records whether possession matters to what the person is under arrest for."""

    verb: ClassVar[str] = "oic"

    material: parts.YesNo
    """Whether it matters."""

    reason: str
    """Why."""

    record: str
    """The encounter."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Offence(Command):
    """Records another offence of the encounter."""

    verb: ClassVar[str] = "offence"

    record: str
    """The encounter."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    offence: str | None = None
    """A drug offence: a code of `offences`."""

    words: str | None = None
    """What is no drug offence, in words."""


@dataclass(frozen=True, kw_only=True)
class Describe(Command):
    """Records what the roadside does not ask for."""

    verb: ClassVar[str] = "describe"

    described: parts.Description
    """What is known of it now."""

    record: str
    """The encounter."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Rate(Command):
    """Says how easy a referral was."""

    verb: ClassVar[str] = "rate"

    ease: int
    """From 1, hard, to 5, easy."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Move(Command):
    """Moves a meeting."""

    verb: ClassVar[str] = "move"

    appointment: str
    """The entry that booked it."""

    at_ms: int
    """The new time, in milliseconds since 1970."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class CallOff(Command):
    """Calls a meeting off."""

    verb: ClassVar[str] = "call_off"

    appointment: str
    """The entry that booked it."""

    by: parts.CalledOffBy
    """By whom."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    note: str | None = None
    """A note."""

    reason: str | None = None
    """Why it is called off, where another entry says that the person came."""


@dataclass(frozen=True, kw_only=True)
class AskSlot(Command):
    """Asks for a time at the service."""

    verb: ClassVar[str] = "ask_slot"

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """A wish where no offered time fits, in milliseconds since 1970; the service books."""

    slot: str | None = None
    """One of the times that the service offers: see `reference`."""


@dataclass(frozen=True, kw_only=True)
class GroupSession(Command):
    """Records one session for many people."""

    verb: ClassVar[str] = "group_session"

    at_ms: int
    """When it began, in milliseconds since 1970."""

    minutes: int
    """How long, in minutes."""

    people: Sequence[parts.GroupMember]
    """Who was there."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    meeting: parts.Meeting | None = None
    """What for."""

    note: str | None = None
    """A note for each of them."""


@dataclass(frozen=True, kw_only=True)
class Need(Command):
    """Names the kind of service that the person needs."""

    verb: ClassVar[str] = "need"

    need: str
    """The kind of service: a code of `service_kinds`."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Measure(Command):
    """Records how the person is doing."""

    verb: ClassVar[str] = "measure"

    at: parts.MeasuredAt
    """At the start, at a review, or at the end."""

    instrument: str
    """The instrument, as `outcome_items` names it."""

    items: Mapping[str, int]
    """The answers: a code of `outcome_items` each, and a number."""

    record: str
    """The referral."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Offers(Command):
    """Says whether the service takes new referrals, and what it offers."""

    verb: ClassVar[str] = "offers"

    accepts: parts.YesNo | None = None
    """Whether it takes new referrals."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    from_: str | None = None
    """From which day it takes new ones again, written as 1990-12-31; with `accepts` no."""

    kinds: Sequence[str] | None = None
    """What it offers: codes of `service_kinds`."""


@dataclass(frozen=True, kw_only=True)
class ReleaseOutcomes(Command):
    """Tells the force how the service's people are doing, in totals."""

    verb: ClassVar[str] = "release_outcomes"

    instrument: str
    """The instrument, as `outcome_items` names it."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class WalkIn(Command):
    """Records somebody who came in without a referral."""

    verb: ClassVar[str] = "walk_in"

    family: str
    """The family name."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    at_ms: int | None = None
    """When they came, in milliseconds since 1970; now, when it is left out."""

    born: str | None = None
    """The date of birth, written as 1990-12-31."""

    given: str | None = None
    """The given name."""

    need: str | None = None
    """What they need: a code of `service_kinds`."""

    reach: parts.Reach | None = None
    """How to reach them, where they want that."""


@dataclass(frozen=True, kw_only=True)
class Settle(Command):
    """Settles a conflict."""

    verb: ClassVar[str] = "settle"

    choice: parts.Choice
    """What counts from now on."""

    conflict: str
    """The conflict."""

    reason: str
    """Why."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class PassUp(Command):
    """Leaves a conflict to an admin."""

    verb: ClassVar[str] = "pass_up"

    conflict: str
    """The conflict."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Strike(Command):
    """Strikes an entry that was made in error."""

    verb: ClassVar[str] = "strike"

    entry: str
    """The entry."""

    reason: str
    """Why."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""

    back: parts.YesNo | None = None
    """Yes: the strike is taken back."""


@dataclass(frozen=True, kw_only=True)
class DraftSave(Command):
    """Keeps a half-filled form on this device."""

    verb: ClassVar[str] = "draft_save"

    form: Any
    """The form as far as it is filled in: anything."""

    id: str
    """What the form is called: one's own text."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""


@dataclass(frozen=True, kw_only=True)
class DraftDrop(Command):
    """Drops a half-filled form."""

    verb: ClassVar[str] = "draft_drop"

    id: str
    """What the form is called."""

    as_of: str | None = None
    """The view that the command was made on; the newest, when it is left out."""
