"""Makes a report anew from the rows of a store, and compares it with the one that Waymark printed.

Shares no code with Waymark. Reads the store's file and the report (JSON); prints what differs.
"""

import json
import math
import sqlite3
import sys

Z = 1.959963984540054
STEPS = ["found", "offered", "agreed", "referred", "received", "contacted", "assessed", "completed"]
FUNNEL = ["offered", "referred", "received", "contacted", "assessed", "completed"]
TABLES = {"offered": "found", "agreed": "offered", "contacted": "referred", "completed": "assessed"}
BANDS = [(0, "Under 18"), (18, "18 to 24"), (25, "25 to 34"), (35, "35 to 44"), (45, "45 to 54"), (55, "55 and over")]
SEXES = {"1": "Male", "2": "Female", "0": "Not known", "9": "Not specified"}
differences = []


def same(what, found, expected):
    if found is None or expected is None or isinstance(expected, (int, str)):
        ok = found == expected
    else:
        ok = abs(found - expected) <= 1e-6
    if not ok:
        differences.append(f"{what}: {found}, not {expected}")


def wilson(some, all_):
    if all_ == 0:
        return None
    p = some / all_
    middle = (p + Z * Z / (2 * all_)) / (1 + Z * Z / all_)
    half = Z / (1 + Z * Z / all_) * math.sqrt(p * (1 - p) / all_ + Z * Z / (4 * all_ * all_))
    return p, max(0.0, middle - half), min(1.0, middle + half)


def katz(x1, n1, x2, n2):
    if x1 == 0 or x2 == 0:
        return None
    value = (x1 / n1) / (x2 / n2)
    half = Z * math.sqrt(max(0.0, 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2))
    return value, math.exp(math.log(value) - half), math.exp(math.log(value) + half)


def same_interval(what, found, expected):
    if found is None or expected is None:
        same(what, found, expected)
        return
    for name, value in zip(("value", "low", "high"), expected):
        same(f"{what} {name}", found[name], value)


def rank(values, percent):
    values = sorted(values)
    return values[math.ceil(len(values) * percent / 100) - 1] if len(values) >= 10 else None


def step_of(row):
    return STEPS.index(row["furthest"])


def group_of(attribute, row, ethnicities):
    if attribute == "ethnicity":
        return ethnicities.get(row.get("ethnicity"), "Not recorded")
    if attribute == "ethnicity_seen":
        return ethnicities.get(row.get("ethnicity_seen"), "Not recorded")
    if attribute == "sex":
        return SEXES.get(row.get("sex"), "Not recorded")
    if attribute == "age_band":
        age = row.get("age")
        return "Not recorded" if age is None else [label for first, label in BANDS if first <= age][-1]
    return "Not recorded"


def check_funnel(found, rows):
    here = [row for row in rows if row["ended"] in ("no", "lost") and row["furthest"] != "found"]
    for at, step in enumerate(FUNNEL):
        shown = found["steps"][at]
        reached = sum(step_of(row) >= STEPS.index(step) for row in here)
        waiting = lost = 0
        if at > 0:
            between = range(STEPS.index(FUNNEL[at - 1]), STEPS.index(step))
            waiting = sum(step_of(row) in between and row["ended"] == "no" for row in here)
            lost = sum(step_of(row) in between and row["ended"] == "lost" for row in here)
        same(f"{step} reached", shown["reached"], reached)
        same(f"{step} on the way", shown["on_the_way"], waiting)
        same(f"{step} lost", shown["lost"], lost)
        same_interval(f"{step} share", shown["lost_share"], wilson(lost, reached + lost) if at > 0 else None)
    same("left out", found["left_out"], sum(row["ended"] == "left_out" for row in rows))
    same("not told", found["not_told"], sum(row["ended"] == "not_told" for row in rows))


def check_times(found, rows):
    told = [row for row in rows if row["ended"] != "not_told"]
    reached = [row for row in told if step_of(row) >= STEPS.index("contacted")]
    for name, field, of in (("first_attempt", "attempt_after_ms", told), ("first_contact", "contact_after_ms", reached)):
        known = [row[field] for row in of if field in row]
        same(f"{name} known", found[name]["known"], len(known))
        same(f"{name} median", found[name]["median_ms"], rank(known, 50))
        same(f"{name} percentile", found[name]["p90_ms"], rank(known, 90))


def check_gaps(found, rows):
    referred = [row for row in rows if "referred" in row]
    for name, field in (("no_check", "check"), ("no_notice", "notice"), ("no_crime_reference", "crime_reference")):
        count = sum(row[field] == "no" for row in referred)
        same(name, found[name]["count"], count)
        same_interval(name, found[name]["share"], wilson(count, len(referred)))


def check_effort(found, rows):
    took = [row["minutes"] * 60_000 for row in rows if "minutes" in row]
    same("form known", found["form"]["known"], len(took))
    same("form median", found["form"]["median_ms"], rank(took, 50))
    rated = [row["ease"] for row in rows if "ease" in row]
    same("rated", found["rated"], len(rated))
    same_interval("easy", found["easy"], wilson(sum(ease >= 4 for ease in rated), len(rated)))


def check_equality(table, rows, ethnicities):
    attribute, step = table["attribute"], table["step"]
    base, counts = STEPS.index(TABLES[step]), {group["label"]: [0, 0] for group in table["groups"]}
    for row in rows:
        took = step_of(row) >= STEPS.index(step)
        not_told = row["ended"] == "not_told" and step not in ("offered", "agreed")
        if step_of(row) < base or not_told or (not took and row["ended"] != "lost"):
            continue
        group = counts[group_of(attribute, row, ethnicities)]
        group[0] += took
        group[1] += 1
    reference = table["reference"]
    shown = {group["label"]: group["shown"] for group in table["groups"]}
    for label, (some, all_) in counts.items():
        what = f"{attribute} {step} {label}"
        if shown[label] is None:
            # Small ones are hidden, and one more where a total would tell.
            if all_ >= 10:
                hidden = [size for name, (_, size) in counts.items() if shown[name] is None and name != label]
                same(f"{what} is hidden with a small one", any(size < 10 for size in hidden), True)
            continue
        same(f"{what} is shown", all_ >= 10, True)
        same(f"{what} took", shown[label]["took"], some)
        same(f"{what} of", shown[label]["of"], all_)
        same_interval(f"{what} share", shown[label]["share"], wilson(some, all_))
        ratio = None if label == reference else katz(some, all_, *counts[reference])
        same_interval(f"{what} ratio", shown[label]["ratio"], ratio)


def main(store, report, ethnicities):
    with open(report, encoding="utf-8") as text:
        found = json.load(text)
    with open(ethnicities, encoding="utf-8") as text:
        ethnicities = json.load(text)
    rows = sqlite3.connect(store).execute("SELECT figures FROM referrals WHERE figures IS NOT NULL")
    rows = [json.loads(row) for (row,) in rows]
    rows = [row for row in rows if row["voluntary"] == "no"]
    same("encounters", found["counted"]["encounters"], len(rows))
    check_funnel(found["funnel"], rows)
    check_times(found["times"], rows)
    check_gaps(found["gaps"], rows)
    check_effort(found["effort"], rows)
    for table in found["equality"]:
        check_equality(table, rows, ethnicities)
    print("\n".join(differences) or f"{len(rows)} rows, {len(found['equality'])} tables: the same")
    sys.exit(1 if differences else 0)


main(*sys.argv[1:])
