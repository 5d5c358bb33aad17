"""What somebody wants to see: a class for each query.

Made by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from waymark import parts
from waymark._json import Query


@dataclass(frozen=True, kw_only=True)
class Referrals(Query):
    """Every referral that is held, the newest first."""

    verb: ClassVar[str] = "referrals"

    after: str | None = None
    """Go on after a page: its `next`."""

    limit: int | None = None
    """At most so many; all of them, when it is left out. From 1 to 500."""


@dataclass(frozen=True, kw_only=True)
class Referral(Query):
    """One referral as its reader sees it."""

    verb: ClassVar[str] = "referral"

    record: str
    """The referral."""

    purpose: parts.ConsultedFor | None = None
    """What led to it: a list that shows it. `address` when it is left out."""


@dataclass(frozen=True, kw_only=True)
class History(Query):
    """The entries of a referral."""

    verb: ClassVar[str] = "history"

    record: str
    """The referral."""

    purpose: parts.ConsultedFor | None = None
    """What led to it: a list that shows it. `address` when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Explain(Query):
    """Why an encounter was decided as it was, rule by rule."""

    verb: ClassVar[str] = "explain"

    record: str
    """The referral."""

    purpose: parts.ConsultedFor | None = None
    """What led to it: a list that shows it. `address` when it is left out."""


@dataclass(frozen=True, kw_only=True)
class Worklist(Query):
    """What is due, the most urgent first."""

    verb: ClassVar[str] = "worklist"

    limit: int | None = None
    """At most so many; all of them, when it is left out. From 1 to 500."""


@dataclass(frozen=True, kw_only=True)
class Conflicts(Query):
    """Open conflicts."""

    verb: ClassVar[str] = "conflicts"


@dataclass(frozen=True, kw_only=True)
class Conflict(Query):
    """One conflict, and what each choice would change."""

    verb: ClassVar[str] = "conflict"

    conflict: str
    """The conflict."""


@dataclass(frozen=True, kw_only=True)
class Reference(Query):
    """Services, and the codes of the forms."""

    verb: ClassVar[str] = "reference"


@dataclass(frozen=True, kw_only=True)
class Outcomes(Query):
    """How the people of one's own service are doing."""

    verb: ClassVar[str] = "outcomes"

    instrument: str
    """The instrument, as `outcome_items` names it."""


@dataclass(frozen=True, kw_only=True)
class Released(Query):
    """What services have told of how their people are doing."""

    verb: ClassVar[str] = "released"


@dataclass(frozen=True, kw_only=True)
class Digests(Query):
    """The digest of each held stream, folded anew."""

    verb: ClassVar[str] = "digests"


@dataclass(frozen=True, kw_only=True)
class Outbox(Query):
    """Own entries that the server has not acknowledged."""

    verb: ClassVar[str] = "outbox"

    after: int | None = None
    """Go on after a page: the `seq` of its last entry."""

    limit: int | None = None
    """At most so many; all of them, when it is left out. From 1 to 500."""


@dataclass(frozen=True, kw_only=True)
class Refused(Query):
    """Own entries that were refused or kept aside."""

    verb: ClassVar[str] = "refused"


@dataclass(frozen=True, kw_only=True)
class Status(Query):
    """How far the device is in step."""

    verb: ClassVar[str] = "status"


@dataclass(frozen=True, kw_only=True)
class Whoami(Query):
    """Who the device is."""

    verb: ClassVar[str] = "whoami"


@dataclass(frozen=True, kw_only=True)
class Drafts(Query):
    """Half-filled forms."""

    verb: ClassVar[str] = "drafts"
