"""Objects inside requests, and the words to choose from.

Made by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from waymark._json import Part


@dataclass(frozen=True, kw_only=True)
class Agrees(Part):
    """The answer to the offer."""

    answer: Answer
    """What the person said."""

    reason: str | None = None
    """Why they cannot decide now: a code of `undecided_reasons`."""


Answer: TypeAlias = Literal[
    "yes",  # The person agrees.
    "no",  # The person declines.
    "cannot_decide_now",  # The person cannot decide now.
]
"""What an answer to the offer was."""


Attendance: TypeAlias = Literal[
    "attended",  # The person came.
    "cancelled_by_service",  # The service called it off.
    "cancelled_by_person",  # The person called it off.
    "did_not_attend",  # The person did not come.
]
"""What became of an appointment. In the order of what favours the person."""


CalledOffBy: TypeAlias = Literal[
    "service",  # The service.
    "person",  # The person.
]
"""Who called an appointment off."""


CancelReason: TypeAlias = Literal[
    "wrong_person",  # Another person than meant: contact stops at once.
    "entered_in_error",  # Entered in error: contact stops at once.
    "duplicate",  # Referred already: contact stops at once.
    "wrong_provider",  # Another service than meant.
    "no_offence",  # There was no offence.
]
"""Why an officer takes a referral back."""


@dataclass(frozen=True, kw_only=True)
class CheckAnswer(Part):
    """A check that was made, or not."""

    channel: str
    """How: a code of `check_channels`."""

    kind: str
    """What was asked for: a code of `check_kinds`."""

    result: str
    """What it said: a code of `check_results`."""

    age_ms: int | None = None
    """How old the information is, in milliseconds."""

    engaged: Engaged | None = None
    """Whether the person took part last time, where an earlier referral was found."""

    note: str | None = None
    """A note."""

    wanted: str | None = None
    """What was done about it, where the person is wanted: a code of `wanted_answers`."""


@dataclass(frozen=True)
class ChoiceOp(Part):
    """What a settlement decides. This op's side holds."""

    op: str


@dataclass(frozen=True)
class ChoiceValue(Part):
    """What a settlement decides. None of the sides, but this value, as the register writes it."""

    value: Any


@dataclass(frozen=True)
class ChoiceAdmit(Part):
    """What a settlement decides. This op, which was kept aside, takes effect at the settlement's place."""

    admit: str


@dataclass(frozen=True)
class ChoiceKeepAside(Part):
    """What a settlement decides. This op stays aside for good."""

    keep_aside: str


Choice: TypeAlias = ChoiceOp | ChoiceValue | ChoiceAdmit | ChoiceKeepAside
"""What a settlement decides."""


@dataclass(frozen=True, kw_only=True)
class Consent(Part):
    """What the person agreed to."""

    contact: YesNo
    """Whether the service may contact them."""

    feedback: YesNo
    """Whether the police are told how far they got."""

    language: str
    """Its language: a code of `languages`."""

    wording: str
    """The text that they agreed to: a code of `consent_wordings`."""


ConsultedFor: TypeAlias = Literal[
    "worklist",  # Something was due in it.
    "inbox",  # It was a new referral.
    "referrals",  # It was chosen from the list of referrals.
    "diary",  # It has an appointment.
    "search",  # Somebody looked for it.
    "conflicts",  # Records of it disagree, or did.
    "address",  # No list led to it.
]
"""What led to the record that was opened."""


ContactWhat: TypeAlias = Literal[
    "attempted",  # An attempt that did not reach the person.
    "reached",  # The person was reached.
    "person_came",  # The person came.
    "person_called",  # The person called.
]
"""What an outreach contact was."""


@dataclass(frozen=True, kw_only=True)
class Custody(Part):
    """The person is under arrest for something else (R10)."""

    arrested_for_other: str
    """What the arrest is for. Never copied into a finding."""

    oic: OicView | None = None
    """What the officer in the case recorded; `None`: nothing so far."""


@dataclass(frozen=True, kw_only=True)
class Description(Part):
    """What the roadside does not ask for; one field at least."""

    body_worn_video: str | None = None
    """The number of the body-worn video."""

    ethnicity_seen: str | None = None
    """Ethnicity as the officer saw it: a code of `ethnicity_seen`."""

    postcode_district: str | None = None
    """The first half of the postcode, such as RG1."""

    sex: str | None = None
    """Sex: a code of `sexes`."""

    stop_search: str | None = None
    """The number of the stop and search."""


Disposal: TypeAlias = Literal[
    "community_resolution",  # A community resolution.
    "diversion_22_pending",  # Diversion as outcome 22, which waits for the person to engage.
    "diversion_22",  # Diversion as outcome 22.
    "arrest",  # An arrest.
    "investigation",  # An investigation.
    "no_offence",  # There was no offence.
]
"""What the police do with an encounter. In no order: while two differ, no choice is made."""


Engaged: TypeAlias = Literal[
    "yes",  # The person took part.
    "no",  # The person did not.
    "not_known",  # That was not known.
]
"""What a check of earlier referrals says of how the last one went."""


Evidence: TypeAlias = Literal[
    "not_asked",  # Not answered.
    "sufficient",  # It is.
    "not_sufficient",  # It is not.
]
"""Whether the evidence is sufficient, by the officer. It is no admission, and nobody is asked for one."""


@dataclass(frozen=True, kw_only=True)
class GroupMember(Part):
    """Somebody who was there."""

    record: str
    """The referral."""

    appointment: str | None = None
    """The entry that booked it; the open appointment of that day, when it is left out."""

    minutes: int | None = None
    """How long this person stayed, when it was another time."""


@dataclass(frozen=True, kw_only=True)
class ItemAnswer(Part):
    """Something else that was taken."""

    drug: str
    """The suspected drug: a code of `drugs`."""

    amount: str | None = None
    """How much, in words."""

    exhibit: str | None = None
    """The exhibit reference; the phone proposes one."""


MeasuredAt: TypeAlias = Literal[
    "start",  # At the start.
    "review",  # At a review.
    "exit",  # At the end.
]
"""When an outcome was measured."""


Meeting: TypeAlias = Literal[
    "assessment",  # The initial assessment.
    "session",  # One of the sessions.
]
"""What an appointment is for."""


NotGiven: TypeAlias = Literal[
    "risk_to_child",  # It would put the child at risk.
    "cannot_be_reached",  # They cannot be reached.
]
"""Why somebody was not told."""


@dataclass(frozen=True, kw_only=True)
class NotOffered(Part):
    """Why no offer was made."""

    reason: str
    """A code of `not_offered_reasons`."""


@dataclass(frozen=True, kw_only=True)
class Notice(Part):
    """Somebody who was told of a young person, or why not."""

    to: NoticeTo
    """Who."""

    not_given: NotGiven | None = None
    """Why they were not told; left out: they were."""


NoticeTo: TypeAlias = Literal[
    "guardian",  # A parent or guardian of a young person.
    "youth_justice",  # The youth justice service.
    "person",  # The person.
]
"""Who is told of a referral."""


@dataclass(frozen=True, kw_only=True)
class OffenceAnswer(Part):
    """Another offence: a code of `offences`, or words for what is no drug offence."""

    offence: str | None = None
    """A code of `offences`."""

    words: str | None = None
    """What is no drug offence, in words."""


OicView: TypeAlias = Literal[
    "not_material",  # It does not: the person may still be referred.
    "material",  # It does.
]
"""Whether the possession matters to the case the person is under arrest for."""


@dataclass(frozen=True, kw_only=True)
class Override(Part):
    """Why a service for other ages is named all the same."""

    reason: str
    """The reason, in one's own words."""


@dataclass(frozen=True, kw_only=True)
class Reach(Part):
    """How to reach the person, as the officer wrote it down."""

    may: Sequence[str] | None = None
    """What the service may do there, from `reach_may`."""

    phone: str | None = None
    """Their number."""

    place_and_time: str | None = None
    """Where and when they are to be found."""


ReopenReason: TypeAlias = Literal[
    "person_came",  # The person came or was reached, and whoever closed it did not know.
    "closed_in_error",  # It was closed in error.
    "person_returned",  # The person came back.
]
"""Why a referral is open again."""


RescindReason: TypeAlias = Literal[
    "wrong_person",  # Another person than meant.
    "entered_in_error",  # Entered in error.
    "no_offence",  # There was no offence.
    "evidence_known_at_the_time",  # There was evidence at the time that was not considered.
]
"""Why a supervisor takes a disposal back. Engagement is no reason."""


Route: TypeAlias = Literal[
    "street",  # In the street.
    "custody",  # In custody, after an arrest for something else.
]
"""Where the encounter took place."""


@dataclass(frozen=True, kw_only=True)
class SafeNow(Part):
    """Whether the person is safe now, and who was told."""

    call_back: str | None = None
    """The number to call back."""

    codes: Sequence[str] | None = None
    """Concerns: codes of `safeguarding`."""

    told: str | None = None
    """Who was told; needed in immediate danger."""

    told_at_ms: int | None = None
    """When, in milliseconds since 1970."""


@dataclass(frozen=True, kw_only=True)
class Signs(Part):
    """Signs of something else than possession; empty for none."""

    defence: str | None = None
    """A defence that was put forward: a code of `defences`."""

    necessity: Sequence[str] | None = None
    """Reasons to arrest: the letters of `necessity`."""

    other_offence: str | None = None
    """Another offence than possession: a code of `offences`."""

    supply: Sequence[str] | None = None
    """Signs of supply: codes of `supply_signs`."""


YesNo: TypeAlias = Literal[
    "yes",  # Yes.
    "no",  # No.
]
"""Yes or no, said by a person."""
