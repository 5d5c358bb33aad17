"""Two days with Waymark in Python, beside a real server: an officer refers without signal, and the service takes it on.

Run by `tests/tests/bindings.rs`, which starts the server and gives its address and the codes. Does not test what the library
tests itself.
"""

from __future__ import annotations

import os
import pathlib
import tempfile
import threading
import unittest

import waymark
from waymark import commands, parts, queries

SERVER = os.environ["WAYMARK_SERVER"]
# Nobody listens there: a phone without signal, but told at once.
NOWHERE = "http://127.0.0.1:9"


def code(name: str) -> str:
    """The one-time code of one of those whom the server knows."""
    return os.environ[f"WAYMARK_CODE_{name}"]


def referral(family: str) -> commands.Refer:
    """The answers of an encounter at the roadside."""
    checks = [
        parts.CheckAnswer(kind=kind, channel="voice_radio", result="nothing_found")
        for kind in ("prior_referrals", "pnc")
    ]
    return commands.Refer(
        drug="cannabis",
        family=family,
        given="Dean",
        born="1987-04-12",
        identity="photo_document",
        checks=checks,
        signs=parts.Signs(),
        safe_now=parts.SafeNow(),
        ethnicity="NS",
        agrees=parts.Agrees(answer="yes"),
        consent=parts.Consent(contact="yes", feedback="yes", wording="v1", language="en"),
        reach=parts.Reach(phone="07700 900101", may=["text"]),
    )


class Phone:
    """One person's store on a phone, as an app keeps it: a directory and a key of their own."""

    def __init__(self, folder: pathlib.Path, name: str) -> None:
        self.folder, self.name, self.key = folder / name, name, os.urandom(32)

    def open(self, server: str = SERVER) -> waymark.Device:
        return waymark.Device.open(dir=self.folder, key=self.key, server=server, name=f"Phone of {self.name}")


class Story(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def enrolled(self, name: str) -> Phone:
        phone = Phone(self.folder, name)
        with phone.open() as device:
            self.assertEqual(device.enrol(code(name))["name"], f"Phone of {name}")
        return phone

    def test_a_referral_made_without_signal_is_taken_on_and_the_officer_reads_so(self) -> None:
        kaur, reid = self.enrolled("KAUR"), self.enrolled("REID")
        with kaur.open(NOWHERE) as device:
            saved = device.execute(referral("Harrow"))
            with self.assertRaises(waymark.LaterProblem) as nobody:
                device.sync()
            self.assertEqual(nobody.exception.code, "connection_refused")
            self.assertGreater(nobody.exception.after_ms, 0)
            self.assertFalse(device.query(queries.Status())["synced"])
        with kaur.open() as device:
            heard: list[dict[str, object]] = []
            device.on_event(heard.append)
            self.assertTrue(device.sync()["synced"])
            self.assertEqual(device.query(queries.Status())["waiting"], 0)
            self.assertIn("progress", [event["event"] for event in heard])
        with reid.open() as device:
            device.sync()
            page = device.query(queries.Referrals())
            self.assertEqual([one["record"] for one in page["referrals"]], [saved["record"]])
            device.execute(commands.Accept(record=saved["record"], as_of=page["as_of"]))
            self.assertTrue(device.sync()["synced"])
        with kaur.open() as device:
            before = device.query(queries.Referral(record=saved["record"]))
            device.sync()
            after = device.query(queries.Referral(record=saved["record"]))
            self.assertEqual((before["stage"], after["stage"]), ("submitted", "accepted"))

    def test_what_the_one_before_recorded_is_sent_while_the_next_uses_the_phone(self) -> None:
        bell, obi = self.enrolled("BELL"), self.enrolled("OBI")
        with bell.open(NOWHERE) as device:
            saved = device.execute(referral("Marsh"))
        # Bell has handed the phone over. Obi works with it, and the app sends what waits in Bell's store beside that.
        with obi.open() as working, bell.open() as waiting:
            self.assertTrue(waiting.sync()["synced"])
            working.sync()
            held = working.query(queries.Referrals())["referrals"]
            self.assertNotIn(saved["record"], [one["record"] for one in held], "what is Bell's is not shown to Obi")
            self.assertEqual(waiting.query(queries.Status())["waiting"], 0)
            working.execute(referral("Stone"))
            self.assertGreater(working.query(queries.Status())["waiting"], 0)
        with self.assertRaises(waymark.CallerProblem) as wrong:
            waymark.Device.open(dir=bell.folder, key=obi.key)
        self.assertEqual(wrong.exception.code, "store_key_wrong")


class Faults(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_a_problem_names_the_field_and_a_closed_store_is_told(self) -> None:
        device = waymark.Device.open(dir=self.folder / "store")
        with self.assertRaises(waymark.CallerProblem) as wrong:
            device.query({"query": "status", "surname": "Harrow"})
        self.assertEqual((wrong.exception.code, wrong.exception.field), ("field_unknown", "surname"))
        self.assertNotIn("Harrow", str(wrong.exception))
        device.close()
        device.close()
        with self.assertRaises(waymark.CallFault) as closed:
            device.query(queries.Status())
        self.assertEqual(closed.exception.status, 5)

    def test_the_phones_own_place_and_clock_are_asked_and_what_they_raise_is_no_crash(self) -> None:
        kept: list[str] = []
        with waymark.Device.open(dir=self.folder / "store") as device:
            device.set_anchor(kept.append, lambda: kept[-1] if kept else None)
            device.set_clock(lambda: (bytes(16), 1))
            self.assertEqual(device.query(queries.Status())["anchor"], "saved")
            self.assertEqual(len(kept), 1)

            def broken(*_: object) -> None:
                raise RuntimeError("the key store is locked")

            device.set_clock(broken)
            device.set_anchor(broken, broken)
            device.set_signer(b"\x04" + bytes(64), broken)
            self.assertEqual(device.query(queries.Status())["anchor"], "was_missing")

    def test_a_call_from_inside_a_callback_is_refused(self) -> None:
        inside: list[int] = []
        with waymark.Device.open(dir=self.folder / "store") as device:

            def calls_back() -> tuple[bytes, int]:
                try:
                    device.query(queries.Status())
                except waymark.CallFault as fault:
                    inside.append(fault.status)
                return bytes(16), 1

            device.set_clock(calls_back)
            device.query(queries.Status())
        self.assertEqual(inside, [7])

    def test_many_threads_use_one_device(self) -> None:
        faults: list[Exception] = []
        with waymark.Device.open(dir=self.folder / "store") as device:

            def asks() -> None:
                try:
                    for _ in range(20):
                        device.query(queries.Status())
                except Exception as fault:
                    faults.append(fault)

            threads = [threading.Thread(target=asks) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(faults, [])

    def test_the_key_is_changed_and_the_old_one_opens_nothing(self) -> None:
        store, old, new = self.folder / "store", bytes(32), bytes([1] * 32)
        with waymark.Device.open(dir=store, key=old) as device:
            device.rekey(new)
        with self.assertRaises(waymark.CallerProblem):
            waymark.Device.open(dir=store, key=old)
        waymark.Device.open(dir=store, key=new).close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
