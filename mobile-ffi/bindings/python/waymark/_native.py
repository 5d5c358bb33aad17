"""The header `waymark.h` in ctypes: one line for each function.

ctypes lets go of Python's lock while a call runs, so that other threads go on. Does not keep anything: `_device` does.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import json
import os
from ctypes import (
    POINTER,
    c_char,
    c_char_p,
    c_int32,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

from waymark._errors import error_of

ABI_VERSION = 5
"""The version of the interface that this package was written for; a later one only has more."""

SIGN = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(c_uint8), c_size_t, POINTER(c_uint8))
ANCHOR_SAVE = ctypes.CFUNCTYPE(c_int32, c_void_p, c_char_p)
ANCHOR_LOAD = ctypes.CFUNCTYPE(c_size_t, c_void_p, POINTER(c_char), c_size_t)
UPTIME = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(c_uint8), POINTER(c_uint64))
EVENT = ctypes.CFUNCTYPE(None, c_void_p, c_char_p)

_ASK = (c_int32, [c_uint64, c_char_p, POINTER(c_void_p)])

FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "wm_open": (c_int32, [c_char_p, POINTER(c_uint64)]),
    "wm_close": (c_int32, [c_uint64]),
    "wm_rekey": (c_int32, [c_uint64, c_char_p, c_size_t]),
    "wm_enrol": _ASK,
    "wm_execute": _ASK,
    "wm_query": _ASK,
    "wm_sync": _ASK,
    "wm_check": _ASK,
    "wm_logout": _ASK,
    "wm_cancel": (c_int32, [c_uint64]),
    # A response is an address here, not a copied text, so that it can be given back.
    "wm_string_free": (None, [c_void_p]),
    "wm_last_error": (c_int32, [POINTER(c_void_p)]),
    "wm_version": (c_char_p, []),
    "wm_abi_version": (c_uint32, []),
    "wm_set_signer": (c_int32, [c_uint64, c_char_p, c_size_t, SIGN, c_void_p]),
    "wm_set_anchor": (c_int32, [c_uint64, ANCHOR_SAVE, ANCHOR_LOAD, c_void_p]),
    "wm_set_clock": (c_int32, [c_uint64, UPTIME, c_void_p]),
    "wm_on_event": (c_int32, [c_uint64, EVENT, c_void_p]),
}


@functools.cache
def library() -> ctypes.CDLL:
    """The library: the file that WAYMARK_LIBRARY names, or the one that the system finds."""
    path = os.environ.get("WAYMARK_LIBRARY") or ctypes.util.find_library("waymark")
    if path is None:
        raise OSError("libwaymark was not found; set WAYMARK_LIBRARY to its file")
    loaded = ctypes.CDLL(path)
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    if loaded.wm_abi_version() < ABI_VERSION:
        raise OSError(f"{path} is older than this package: it has interface {loaded.wm_abi_version()}")
    return loaded


def version() -> str:
    """The version of the library that is loaded."""
    return library().wm_version().decode()


def abi_version() -> int:
    """The version of the interface in the library that is loaded."""
    return library().wm_abi_version()


def must(status: int) -> None:
    """Raises what the library says of the last call of this thread, when it was not done."""
    if status == 0:
        return
    place = c_void_p()
    library().wm_last_error(ctypes.byref(place))
    raise error_of(status, json.loads(_taken(place) or "{}"))


def ask(name: str, handle: int, request: bytes) -> dict[str, Any]:
    """Calls a function that takes a request and gives a response."""
    place = c_void_p()
    status = getattr(library(), name)(handle, request, ctypes.byref(place))
    response = _taken(place)
    must(status)
    return json.loads(response or "{}")


def _taken(place: c_void_p) -> str | None:
    """Copies a text of the library's and frees it."""
    if not place.value:
        return None
    try:
        return ctypes.string_at(place.value).decode()
    finally:
        library().wm_string_free(place)
