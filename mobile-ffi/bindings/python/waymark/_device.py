"""A store that is open: the calls of the library, as Python writes them.

Safe from any thread, as the library is. Does not hold a lock, and does not repeat a call by itself.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from waymark import _native as native
from waymark._json import Command, Query, text


class Device:
    """One person's enrolment on one phone. Each person has a store, a key and a device of their own."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        # The library calls them until the store is closed: they must live as long.
        self._callbacks: list[Any] = []

    @classmethod
    def open(
        cls,
        *,
        dir: str | os.PathLike[str],
        key: bytes | None = None,
        server: str | None = None,
        name: str | None = None,
        roots: str | None = None,
        clock_offset_ms: int | None = None,
    ) -> Device:
        """Opens or creates the store of a directory. `key` is 32 bytes; without it, everything lies there in the clear."""
        options = {
            "dir": os.fspath(dir),
            "key": None if key is None else key.hex(),
            "server": server,
            "name": name,
            "roots": roots,
            "clock_offset_ms": clock_offset_ms,
        }
        said = {field: value for field, value in options.items() if value is not None}
        handle = ctypes.c_uint64()
        native.must(native.library().wm_open(text(said), ctypes.byref(handle)))
        return cls(handle.value)

    def close(self) -> None:
        """Closes the store: ends what uses the network, and waits for the calls that run. Once it is closed, does nothing."""
        status = native.library().wm_close(self._handle)
        if status != _CLOSED:
            native.must(status)
            self._callbacks.clear()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enrol(self, code: str, name: str | None = None) -> dict[str, Any]:
        """Makes this device known to the server with a one-time code. Uses the network."""
        said = {"code": code} if name is None else {"code": code, "name": name}
        return native.ask("wm_enrol", self._handle, text(said))

    def execute(self, command: Command | Mapping[str, Any]) -> dict[str, Any]:
        """Does what a person does; saved when this returns. Uses no network."""
        return native.ask("wm_execute", self._handle, text(command))

    def query(self, query: Query | Mapping[str, Any]) -> dict[str, Any]:
        """Answers from what this device holds. Uses no network."""
        return native.ask("wm_query", self._handle, text(query))

    def sync(self, *, max_ms: int = 30_000, max_bytes: int | None = None) -> dict[str, Any]:
        """Synchronises once. Uses the network; `LaterProblem` without signal."""
        bounds = {"max_ms": max_ms} if max_bytes is None else {"max_ms": max_ms, "max_bytes": max_bytes}
        return native.ask("wm_sync", self._handle, text(bounds))

    def check(
        self,
        *,
        family: str,
        given: str = "",
        born: str | None = None,
        apparent_age: int | None = None,
        max_ms: int = 5_000,
    ) -> dict[str, Any]:
        """Asks the central record whether somebody was referred before. Uses the network."""
        asked = {"family": family, "given": given, "born": born, "apparent_age": apparent_age, "max_ms": max_ms}
        said = {field: value for field, value in asked.items() if value is not None}
        return native.ask("wm_check", self._handle, text(said))

    def logout(self, *, drop_drafts: bool = False) -> dict[str, Any]:
        """Leaves this phone for good: the key of the store goes first. Refused while anything waits to be sent."""
        return native.ask("wm_logout", self._handle, text({"drafts": "drop" if drop_drafts else "keep"}))

    def cancel(self) -> None:
        """Ends a synchronisation, an enrolment or a look-up that runs in another thread."""
        native.must(native.library().wm_cancel(self._handle))

    def rekey(self, key: bytes) -> None:
        """Seals the store with another key from now on: 32 bytes."""
        native.must(native.library().wm_rekey(self._handle, key, len(key)))

    def set_signer(self, public_key: bytes, sign: Callable[[bytes], bytes]) -> None:
        """Signs with the phone's own P-256 key. `sign` gives r and s as 64 bytes; what it raises is a failure to sign."""

        def called(_context: Any, message: Any, length: int, signature: Any) -> int:
            try:
                signed = sign(ctypes.string_at(message, length))
                if len(signed) != _SIGNATURE_BYTES:
                    return 1
                ctypes.memmove(signature, signed, _SIGNATURE_BYTES)
            except Exception:
                return 1
            return 0

        callback = self._keep(native.SIGN(called))
        library = native.library()
        native.must(library.wm_set_signer(self._handle, public_key, len(public_key), callback, None))

    def set_anchor(self, save: Callable[[str], None], load: Callable[[], str | None]) -> None:
        """Notes in the phone's own place what was saved. What either raises is a place that cannot be written or read."""

        def saves(_context: Any, mark: bytes) -> int:
            try:
                save(mark.decode())
            except Exception:
                return 1
            return 0

        def loads(_context: Any, place: Any, size: int) -> int:
            try:
                mark = (load() or "").encode()
            except Exception:
                return 0
            if len(mark) > size:
                return 0
            ctypes.memmove(place, mark, len(mark))
            return len(mark)

        save_callback = self._keep(native.ANCHOR_SAVE(saves))
        load_callback = self._keep(native.ANCHOR_LOAD(loads))
        native.must(native.library().wm_set_anchor(self._handle, save_callback, load_callback, None))

    def set_clock(self, uptime: Callable[[], tuple[bytes, int]]) -> None:
        """Asks for boot (16 bytes) and uptime in milliseconds; when it raises, the system's are used."""

        def called(_context: Any, boot: Any, uptime_ms: Any) -> int:
            try:
                start, up_ms = uptime()
                if len(start) != _BOOT_BYTES:
                    return 1
                ctypes.memmove(boot, start, _BOOT_BYTES)
                uptime_ms[0] = up_ms
            except Exception:
                return 1
            return 0

        native.must(native.library().wm_set_clock(self._handle, self._keep(native.UPTIME(called)), None))

    def on_event(self, told: Callable[[dict[str, Any]], None] | None) -> None:
        """Tells what happens while `sync` runs, on the thread that called it; or nobody. It must not call this device."""

        def called(_context: Any, event: bytes) -> None:
            told(json.loads(event))  # type: ignore[misc]

        callback = native.EVENT() if told is None else self._keep(native.EVENT(called))
        native.must(native.library().wm_on_event(self._handle, callback, None))

    def _keep(self, callback: Any) -> Any:
        self._callbacks.append(callback)
        return callback


_CLOSED = 5
_SIGNATURE_BYTES = 64
_BOOT_BYTES = 16
