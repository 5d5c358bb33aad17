"""What goes wrong, sorted by who must act.

Does not hold words for people: `code` is stable, and `schema/codes/errors.csv` lists each with a sentence.
"""

from __future__ import annotations

from typing import Any


class WaymarkError(Exception):
    """A call that was not done."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        """The number of the status, as in `waymark.h`."""
        self.problem = problem
        """The whole problem as the library told it."""
        where = f"{self.field}: " if self.field else ""
        super().__init__(f"{where}{self.title} ({self.code or f'status {status}'})")

    @property
    def code(self) -> str | None:
        """The stable code, such as `field_missing`; None when the call itself was wrong."""
        return self.problem.get("code")

    @property
    def title(self) -> str:
        """One sentence."""
        return self.problem.get("title") or "The library has a fault."

    @property
    def field(self) -> str | None:
        """The field at fault, as a path."""
        return self.problem.get("field")

    @property
    def after_ms(self) -> int | None:
        """After how many milliseconds to try again by oneself, when that is known."""
        return self.problem.get("after_ms")


class CallFault(WaymarkError):
    """The call itself was wrong: a closed store, a call from inside a callback, a fault of the library."""


class CallerProblem(WaymarkError):
    """Whoever asked must change something; nothing was done."""


class DataProblem(WaymarkError):
    """What is stored is at fault."""


class LaterProblem(WaymarkError):
    """The same call works later; nothing that was recorded is lost."""


class PeerProblem(WaymarkError):
    """The server, or whoever answered in its place, is at fault."""


_BY_STATUS = {10: CallerProblem, 11: DataProblem, 12: LaterProblem, 13: PeerProblem}


def error_of(status: int, problem: dict[str, Any]) -> WaymarkError:
    """The error that belongs to a status."""
    return _BY_STATUS.get(status, CallFault)(status, problem)
