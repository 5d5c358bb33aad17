#!/usr/bin/env bash
# Makes a golden store: what a version of the server left on its disk, for the line of migrations.
#
#   server/src/tests/golden/make.sh target/debug/waymark server/src/tests/golden/version-9.tar.zst
#
# The number is the store's version, the `store` of `GET /version`. One is made of each version that was given to
# anybody, and never made again. Nobody in it exists, and its key signs nothing else.
set -euo pipefail
waymark=$(realpath "$1")
out=$(realpath -m "$2")
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"

on_store() { "$waymark" "$@" --data store --as "First admin" --json; }
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

"$waymark" init --data store --force "Thames Valley Police" --prefix TVP > init.json
admin=$(python3 -c 'import json; print(json.load(open("init.json"))["admins"][0]["code"])')
on_store provider add Swanway --telephone "01632 960100" --area Reading > /dev/null
on_store provider add Kennet --area Newbury > /dev/null
officer=$(on_store user add "PC Kaur" --role officer --org force | field code)
lead=$(on_store user add Moss --role provider_lead --org Swanway --second "Second admin" | field code)

"$waymark" serve --data store --listen 127.0.0.1:0 --log-level off > address &
server=$!
until grep -qs http address; do sleep 0.1; done
url=$(awk '{print $NF}' address)
phone() { "$waymark" phone --store "$1" --server "$url" "${@:2}"; }

phone kaur enrol "$officer" > /dev/null
phone moss enrol "$lead" > /dev/null
record=$(phone kaur refer '{"drug": "cannabis", "amount": "two wraps", "family": "Harrow", "given": "Dean", "area": "Reading",
  "born": "1987-04-12", "identity": "photo_document",
  "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}], "signs": {}, "safe_now": {},
  "ethnicity": "NS", "agrees": {"answer": "yes"},
  "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
  "reach": {"phone": "07700 900101", "may": ["text"]}}' | field record)
phone kaur sync > /dev/null
phone moss sync > /dev/null
# Two who could not know of each other: a conflict stays open.
phone moss accept "{\"record\": \"$record\"}" > /dev/null
phone kaur cancel "{\"record\": \"$record\", \"reason\": \"wrong_provider\"}" > /dev/null
phone moss sync > /dev/null
phone kaur sync > /dev/null
# The log of a desk, and an opening that is noted.
"$waymark" sign-in --server "$url" --code "$admin" --credentials admin.json > /dev/null
"$waymark" referral show "$record" --server "$url" --credentials admin.json > /dev/null
"$waymark" provider disable Kennet --fallback Swanway --server "$url" --credentials admin.json > /dev/null
kill "$server"
wait "$server"

"$waymark" verify --data store
# What the write-ahead log still holds goes into the store's file, which is all that is kept.
python3 -c 'import sqlite3; print(sqlite3.connect("store/waymark.sqlite").execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())'
tar --create --file - --owner 0 --group 0 --directory store waymark.sqlite waymark.key kept-outside.log | zstd -19 -q -f -o "$out"
ls -l "$out"
