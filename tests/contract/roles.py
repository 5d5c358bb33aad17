"""Who may ask what: asks every address of the table in `docs/http-api.md` as everybody, for what is theirs and what is others'.

Two officers refer one person each, to two services; on both the officer and the service disagree. `ours` is the first, with whom
everybody of the table works; `theirs` is the second. Run by `tests/tests/contract.rs`; with `--print` it writes the rows as they
are. Does not test what an answer holds.
"""

from __future__ import annotations

import os
import pathlib
import re
import sys
import time
import uuid

import httpx
import waymark
from client import refer
from signing import Device, Key
from waymark import commands, queries

SERVER = os.environ["WAYMARK_SERVER"]
ROLES = ["officer", "supervisor", "outreach_worker", "provider_lead", "admin", "auditor"]
NOBODY = str(uuid.UUID(int=1))


def code(name: str) -> str:
    return os.environ[f"WAYMARK_CODE_{name}"]


class Person:
    """Somebody with one device, which is a phone and a terminal."""

    def __init__(self, folder: pathlib.Path, name: str) -> None:
        key = Key()
        self.phone = waymark.Device.open(dir=folder / name, server=SERVER, name=name)
        self.phone.set_signer(key.point, key.sign)
        self.who = self.phone.enrol(code(name))
        self._device = Device(SERVER, key, self.who)

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        url = SERVER + path
        return httpx.request(method, url, json=body, headers=self._device.headers(method, url), timeout=30)


def disagree(officer: waymark.Device, lead: waymark.Device, provider: str) -> str:
    """The officer takes the referral back while the service takes it on."""
    record = refer(officer, provider)
    officer.sync()
    lead.sync()
    lead.execute(commands.Accept(record=record))
    officer.execute(commands.Cancel(record=record, reason="wrong_provider"))
    lead.sync()
    officer.sync()
    assert officer.query(queries.Referral(record=record))["conflicts"], "they disagree"
    return record


class World:
    """What is there to be asked about."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.people = {role: Person(folder, role) for role in ROLES}
        admin, officer, lead = (self.people[role] for role in ("admin", "officer", "provider_lead"))
        other_officer, other_lead = Person(folder, "OTHER_OFFICER"), Person(folder, "OTHER_LEAD")
        providers = {one["name"]: one["provider"] for one in admin.ask("GET", "/v1/providers").json()["providers"]}
        self.names = {
            "our_provider": providers["Swanway"],
            "their_provider": providers["Kennet"],
            "ours": disagree(officer.phone, lead.phone, providers["Swanway"]),
            "theirs": disagree(other_officer.phone, other_lead.phone, providers["Kennet"]),
            "our_slot": self.slot(lead),
            "their_slot": self.slot(other_lead),
            "somebody": other_lead.who["user"],
            "their_device": other_lead.who["device"],
            "nothing": NOBODY,
        }
        self.conflicts = {}
        for one in admin.ask("GET", "/v1/conflicts").json()["conflicts"]:
            whose = "our_conflict" if one["record"] == self.names["ours"] else "their_conflict"
            self.names[whose], self.conflicts[whose] = one["conflict"], one
        pages = (admin.ask("GET", f"/v1/persons/{self.names[whose]}").json() for whose in ("ours", "theirs"))
        self.subjects = [page["subject"]["subject"] for page in pages]
        entries = admin.ask("GET", f"/v1/referrals/{self.names['ours']}/entries").json()["entries"]
        self.entry = next(entry for entry in entries if entry["kind"] == "encounter.opened")

    @staticmethod
    def slot(lead: Person) -> str:
        opened = lead.ask("POST", "/v1/slots", slot())
        assert opened.status_code == 200, opened.text
        return opened.json()["slot"]

    def body(self, address: str, person: Person) -> object:
        """What the address takes, with nothing wrong in it."""
        last = address.rsplit("/", 1)[1]
        if last == "settlement":
            return self.settlement(address, person)
        bodies = {
            "assign": {"to": self.names["our_provider"]},
            "erasures": {"stream": self.entry["stream"], "op": self.entry["op"], "basis": "wrong_person"},
            "pass-up": {"as_of": self.as_of(person)},
            "link": self.tied(person),
            "split": self.tied(person),
            "providers": {"name": f"Service {uuid.uuid4()}", "ages": {"from": 18}},
            "{their_provider}": {"telephone": "01632 960111"},
            "slots": slot(),
            "close": {"reason": "flood"},
            "users": {"name": "A person", "role": "officer", "org": self.people["officer"].who["org"]},
            "name": {"name": "Another name"},
            "role": {"role": "outreach_worker"},
            "policy-proposals": {"pack": "thames-valley-2018"},
            "holidays": {"calendar": "scotland", "date": "2030-05-06", "change": "held", "label": "A day"},
            "revoke": {"reason": "left"},
            "subject-access": {"controller": person.who["org"], "records": [self.names["ours"]], "to": "person", "digest": "0" * 64},
            "keep": {"until": "2035-01-01", "reason": "complaint"},
            "disable": {"reason": "left"} if "/users/" in address else {},
        }
        return bodies.get(last, {})

    def as_of(self, person: Person) -> str:
        return person.ask("GET", "/v1/referrals").json().get("as_of", "")

    def tied(self, person: Person) -> dict[str, str]:
        return {"one": self.subjects[0], "other": self.subjects[1], "as_of": self.as_of(person)}

    def settlement(self, address: str, person: Person) -> dict[str, object]:
        whose = "our_conflict" if "our_conflict" in address else "their_conflict"
        page = person.ask("GET", f"/v1/conflicts/{self.names[whose]}").json()
        known = self.conflicts[whose]
        return {
            "as_of": page.get("as_of", self.as_of(person)),
            "version": known["version"],
            "choice": {"op": known["sides"][0]["op"]},
            "reason": "Both were asked.",
        }

    def synced(self, person: Person) -> str:
        """An enrolled phone of any role is answered; with what is theirs, which is for the tests beside the rules."""
        try:
            person.phone.sync()
        except waymark.WaymarkError as refused:
            return refused.code
        held = str(person.phone.query({"query": "referrals"}))
        assert person.who["role"] in ("supervisor", "admin") or self.names["theirs"] not in held, held
        return "yes"

    def answer(self, request: str, role: str) -> str:
        """`yes`; `no` for what the role does not do; `refused` for what they may not decide; `none` for what is not there."""
        method, address = request.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda name: self.names[name.group(1)], address)
        person = self.people[role]
        if path == "/v1/sync":
            return self.synced(person)
        body = None if method == "GET" else self.body(address, person)
        answer = person.ask(method, path, body)
        if answer.status_code == 403:
            return {"not_yours": "no", "not_allowed": "refused"}[answer.json()["code"]]
        return {200: "yes", 404: "none", 409: "yes"}.get(answer.status_code, answer.text)


def slot() -> dict[str, object]:
    at_ms = int(time.time() * 1000) + 86_400_000
    return {"at_ms": at_ms, "minutes": 60, "meeting": "assessment", "mode": "phone", "capacity": 2}


def table() -> list[list[str]]:
    """The rows of the document: a request, and a cell for each role."""
    text = (pathlib.Path(__file__).parents[2] / "docs/http-api.md").read_text()
    rows = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| `(GET|POST) /v1/", line)]
    return [[cell.strip().strip("`") for cell in row] for row in rows]


def main() -> None:
    world = World(pathlib.Path(sys.argv[1]))
    faults = []
    for request, *cells in table():
        found = [world.answer(request, role) for role in ROLES]
        if "--print" in sys.argv:
            print(f"| `{request}` | {' | '.join(found)} |")
        faults += [
            f"{request} as {role}: the table says {cell}, the server {answer}"
            for role, cell, answer in zip(ROLES, cells, found, strict=True)
            if cell != answer
        ]
    if "--print" not in sys.argv:
        assert not faults, "\n".join(faults)
        print(f"{len(table())} requests as {len(ROLES)} roles")


if __name__ == "__main__":
    main()
