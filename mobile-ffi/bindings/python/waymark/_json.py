"""How commands, queries and the objects inside them become JSON.

A field that is None is left out: the library takes its own default then. Does not check values: the library does, and its
problem names the field.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, ClassVar


class Part:
    """An object inside a request."""

    def fields(self) -> dict[str, Any]:
        """What is said, by the names of the schema."""
        all_fields = dataclasses.fields(self)  # type: ignore[arg-type]
        named = ((field, getattr(self, field.name)) for field in all_fields)
        said = ((field.name, value) for field, value in named if value is not None or _is_needed(field))
        # A field that is called as a word of Python has an underscore here.
        return {name.removesuffix("_"): plain(value) for name, value in said}


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING


class Command(Part):
    """What somebody does."""

    verb: ClassVar[str]

    def fields(self) -> dict[str, Any]:
        return {"command": self.verb, **super().fields()}


class Query(Part):
    """What somebody wants to see."""

    verb: ClassVar[str]

    def fields(self) -> dict[str, Any]:
        return {"query": self.verb, **super().fields()}


def plain(value: Any) -> Any:
    """The value as the json module writes it."""
    if isinstance(value, Part):
        return value.fields()
    if isinstance(value, Mapping):
        return {name: plain(of) for name, of in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(of) for of in value]
    return value


def text(value: Part | Mapping[str, Any]) -> bytes:
    """The JSON text that goes to the library."""
    return json.dumps(plain(value)).encode()
