"""Every code of `schema/codes/errors.csv` is met: here, by a phone or a terminal beside a real server; or in a test in Rust that
names it. What is met by nothing yet is listed, and the list may only shrink.

Run by `tests/tests/contract.rs`. Does not test when a code is right: the tests beside the rules do.
"""

from __future__ import annotations

import csv
import os
import pathlib
import re
import sys
import threading
import time

import httpx
import waymark
from client import refer
from signing import Key, base64url
from waymark import commands, parts

SERVER = os.environ["WAYMARK_SERVER"]
ROOT = pathlib.Path(__file__).parents[2]

# What nothing meets yet. Who writes a test for one takes it off; a new code is never put here.
_VARIANT = "a test in Rust meets it by the name of its variant"
_NO_TEST = "no test brings it about"
NOT_MET = {
    "already_asked": _NO_TEST,
    "anchor_failed": _NO_TEST,
    "code_retired": _NO_TEST,
    "decompressed_too_large": _NO_TEST,
    "dictionary_unknown": _NO_TEST,
    "enrol_other_person": _VARIANT,
    "op_body_too_large": _NO_TEST,
    "policy_unknown": _NO_TEST,
    "push_malformed": _NO_TEST,
    "re_enrol_newer": _NO_TEST,
    "record_ambiguous": _NO_TEST,
    "record_full": _NO_TEST,
    "sealed_malformed": _VARIANT,
    "server_fault": _NO_TEST,
    "store_damaged": _NO_TEST,
    "store_unreadable": _NO_TEST,
    "too_many_checks": _VARIANT,
}

met: set[str] = set()


def meet(code: str, call) -> None:
    """The call is refused with this code."""
    try:
        call()
    except waymark.WaymarkError as refused:
        assert refused.code == code, f"{code}: {refused.problem}"
        met.add(code)
        return
    raise AssertionError(f"{code}: it was done")


def answered(code: str, reply: httpx.Response) -> None:
    assert reply.json().get("code") == code, f"{code}: {reply.text}"
    met.add(code)


def enrolled(folder: pathlib.Path, name: str) -> waymark.Device:
    device = waymark.Device.open(dir=folder / name, server=SERVER, name=name)
    device.enrol(os.environ[f"WAYMARK_CODE_{name}"])
    return device


def of_stores(folder: pathlib.Path) -> None:
    file = folder / "a file"
    file.write_text("no store")
    meet("store_failed", lambda: waymark.Device.open(dir=file))
    with waymark.Device.open(dir=folder / "bare") as device:
        meet("server_unset", lambda: device.enrol("CODE", "name"))


def of_officers(officer: waymark.Device) -> None:
    record = refer(officer)
    reference = officer.query({"query": "referral", "record": record})["reference"]
    slip = reference[:-1] + ("2" if reference[-1] == "3" else "3")
    entry = f"{officer.query({'query': 'whoami'})['device']}:1"
    unknown = "00000000-0000-4000-8000-000000000001"

    def strike(reason: str, of: str = entry) -> None:
        officer.execute(commands.Strike(entry=of, reason=reason))

    def asks(slot: str | None = None) -> None:
        at_ms = None if slot else int(time.time() * 1000) + 86_400_000
        officer.execute(commands.AskSlot(record=record, slot=slot, at_ms=at_ms))

    meet("reference_check_failed", lambda: officer.query({"query": "referral", "record": slip}))
    meet("conflict_unknown", lambda: officer.query({"query": "conflict", "conflict": "0" * 64}))
    meet("entry_unknown", lambda: strike("x", f"{unknown}:7"))
    meet("item_unknown", lambda: officer.execute(commands.BookIn(record=record, item=f"{unknown}:7")))
    meet("slot_unknown", lambda: asks(unknown))
    meet("string_too_long", lambda: strike("x" * 5000))
    meet("character_forbidden", lambda: strike("x\u0007"))
    no = parts.Consent(contact="no", feedback="no", wording="v1", language="en")
    meet("consent_needed", lambda: refer(officer, consent=no))


def of_running(officer: waymark.Device) -> None:
    """One synchronisation at a time: a second is told while the first waits for the server."""
    begun, go_on = threading.Event(), threading.Event()

    def told(_event: dict[str, object]) -> None:
        begun.set()
        go_on.wait(30)

    officer.on_event(told)
    first = threading.Thread(target=officer.sync)
    first.start()
    begun.wait(30)
    try:
        meet("sync_running", officer.sync)
    finally:
        go_on.set()
        first.join()
        officer.on_event(None)


def of_leads(lead: waymark.Device) -> None:
    meet("too_few", lambda: lead.execute(commands.ReleaseOutcomes(instrument="top")))


def of_enrolling() -> None:
    key = Key()
    proof = base64url(key.sign(b"waymark/enrol/1" + b"A" * 26 + key.point))
    enrol = {"code": "A" * 26, "public_key": base64url(key.point), "proof": proof, "name": "Nobody's"}
    answered("enrol_refused", httpx.post(f"{SERVER}/v1/enrol", json=enrol))
    same = Key()

    def with_code(name: str) -> httpx.Response:
        code = os.environ[f"WAYMARK_CODE_{name}"]
        proof = base64url(same.sign(b"waymark/enrol/1" + code.encode() + same.point))
        enrol = {"code": code, "public_key": base64url(same.point), "proof": proof, "name": name}
        return httpx.post(f"{SERVER}/v1/enrol", json=enrol)

    assert with_code("ONE").status_code == 200
    answered("enrol_key_used", with_code("OTHER"))


def in_rust() -> set[str]:
    """The codes that a test in Rust names: whole files of tests, and what stands below `cfg(test)`."""
    named: set[str] = set()
    for file in ROOT.rglob("*.rs"):
        parts_of = file.relative_to(ROOT).parts
        if parts_of[0] == "target":
            continue
        text = file.read_text()
        is_test = "tests" in parts_of or file.name == "tests.rs"
        tested = text if is_test else "".join(text.split("#[cfg(test)]")[1:])
        named.update(re.findall(r'"([a-z_0-9]+)"', tested))
    return named


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    of_stores(folder)
    of_enrolling()
    with enrolled(folder, "KAUR") as officer, enrolled(folder, "REID") as lead:
        of_officers(officer)
        of_running(officer)
        of_leads(lead)
    with (ROOT / "schema/codes/errors.csv").open() as file:
        listed = {row["code"] for row in csv.DictReader(file)}
    unmet = listed - met - in_rust()
    assert unmet == NOT_MET.keys(), f"not met: {sorted(unmet - NOT_MET.keys())}; met: {sorted(NOT_MET.keys() - unmet)}"
    print(f"{len(listed - unmet)} of {len(listed)} codes")


if __name__ == "__main__":
    main()
