"""Waymark's phone library in Python: one open store of one person, over ``libwaymark``.

    import waymark
    from waymark import commands, queries

    with waymark.Device.open(dir="store", key=key, server="https://waymark.example", name="Kaur's phone") as device:
        device.enrol(code)
        device.execute(commands.Accept(record="TVP-7KQ2-M4XD-9"))
        device.sync()

``commands`` and ``queries`` have a class for each verb; ``parts`` has the objects inside them. Answers are plain
dictionaries, as ``schema/json/phone`` describes them. Does not decide anything: the library does.
"""

from waymark import commands, parts, queries
from waymark._device import Device
from waymark._errors import (
    CallerProblem,
    CallFault,
    DataProblem,
    LaterProblem,
    PeerProblem,
    WaymarkError,
)
from waymark._json import Command, Part, Query
from waymark._native import ABI_VERSION, abi_version, version

__all__ = [
    "ABI_VERSION",
    "CallFault",
    "CallerProblem",
    "Command",
    "DataProblem",
    "Device",
    "LaterProblem",
    "Part",
    "PeerProblem",
    "Query",
    "WaymarkError",
    "abi_version",
    "commands",
    "parts",
    "queries",
    "version",
]
