"""What nobody else may have is not in Home Assistant."""

import asyncio
import glob
import json
import os
import re
import sqlite3

from . import expected
from .step_controls import id_of, press, shows
from .waiting import until

# A value of anything that tells of a wearer, or of what two people do.
TELLING = re.compile(rb'"(?:state|confidence|unknown_reason|contact|problem|arousal|vagal|\w+_bpm|\w+_ms2?|\w+_per_min|\w+_microsiemens|\w+_quality|session_s|'
                     rb'recovery_half_life_s|coregulation_r|reasons|scene|practice|kind)":(?!null)')


async def note(e):
    """A note in the journal, which is for nobody else: not for the broker, and so not for Home Assistant."""
    status, answer = await e.hub.ask("POST", "/api/journal/a", json.dumps({"text": f"what nobody else may read: {e.canary}"}))
    e.check(status == 200, f"the note is not taken: {answer}")


async def nothing_shared(e):
    """At share none there is sensing on or off, and nothing of a body."""
    await e.hub.end()
    e.hub.shares = {"a": "none", "b": "none"}
    mark, rows = e.ears.mark(), newest_row(e)
    e.hub.begin("two-people")
    want = sorted(list(expected.wearer("a", "none")) + list(expected.wearer("b", "none")))

    async def left():
        return sorted(u for u in await e.home.entities() if re.match("hubd_e2e_[ab]_", u)) == want
    await until("only sensing is left", left)
    await begin_unshared(e)
    await asyncio.sleep(3)
    for _, topic, payload in e.ears.since(mark):
        if topic.startswith("hubd/e2e/") and "/set/" not in topic:
            values = TELLING.findall(payload)
            e.check(not values, f"{topic}: {payload.decode()}")
    await asyncio.sleep(2)  # for the recorder
    # An event's state is the time of its last one: it comes back with the hub for the moment until it is taken away.
    ids = {n for n in recorded(e, rows) if re.match(r"\w+\.hubd_e2e_[ab]_", n) and not n.startswith("event.")}
    allowed = {x.entity_id(f"hubd_e2e_{w}") for w in "ab" for x in expected.wearer(w, "none").values()}
    e.same("wearers' entities with a value in the database since", sorted(ids - allowed), [])


async def begin_unshared(e):
    """A session of two who share nothing."""
    await press(e, "a", "start_session")
    await press(e, "b", "start_session")
    await shows(e, "room", "in_use", "on")
    e.same("what the room tells of it", {k: e.home.state(id_of("room", k)) for k in ("scene", "practice")}, {"scene": "unknown", "practice": "unknown"})


async def private_together(e):
    """A private session of two who share everything shows that the room is in use, and nothing else."""
    await e.hub.end()
    e.hub.shares, e.hub.private = {"a": "full", "b": "full"}, True
    e.hub.begin("two-people")
    await until("a heart rate", lambda: e.home.state(id_of("a", "heart_rate")) not in (None, "unknown", "unavailable"), 60)
    mark = e.ears.mark()
    await begin_private(e)
    await asyncio.sleep(3)  # for the recorder
    rows, seen = newest_row(e), len(e.home.changes)
    await e.home.act("button.press", id_of("room", "check_in"))
    await asyncio.sleep(8)
    told = {n: s for _, n, s in e.home.changes[seen:] if re.match(r"(sensor|binary_sensor|event)\.hubd_e2e_[ab]_", n) and s not in ("unknown", "unavailable")}
    e.same("what is told of a wearer", told, {})
    values = {n for n in recorded(e, rows) if re.match(r"(sensor|event)\.hubd_e2e_[ab]_", n)}
    e.same("what is recorded of a wearer", sorted(values), [])
    for _, topic, payload in e.ears.since(mark):
        e.check(not (topic == "hubd/e2e/room/event" and b"kind" in payload), f"{topic}: {payload.decode()}")
    await press(e, "room", "end_session")
    await press(e, "room", "end_session")
    await until("a heart rate again", lambda: e.home.state(id_of("a", "heart_rate")) not in ("unknown", "unavailable"), 60)


async def begin_private(e):
    """Both join; their values go."""
    await press(e, "a", "start_session")
    await press(e, "b", "start_session")
    await shows(e, "room", "in_use", "on")
    for w in "ab":
        for key in ("state", "heart_rate", "scl", "rmssd", "problem"):
            await until(f"{w}'s {key} is unknown", lambda w=w, k=key: e.home.state(id_of(w, k)) == "unknown")
    e.same("what the room tells of it", {k: e.home.state(id_of("room", k)) for k in ("scene", "practice")}, {"scene": "unknown", "practice": "unknown"})


def database(e):
    """The recorder's database, to be read."""
    return sqlite3.connect(f"file:{e.home.config}/home-assistant_v2.db?mode=ro", uri=True)


def newest_row(e):
    """The number of the newest row."""
    with database(e) as db:
        return db.execute("select coalesce(max(state_id), 0) from states").fetchone()[0]


def recorded(e, after):
    """The entities of which a value was stored after a row."""
    with database(e) as db:
        return {n for (n,) in db.execute("select distinct m.entity_id from states s join states_meta m using (metadata_id) "
                                         "where s.state_id > ? and s.state not in ('unknown', 'unavailable', '')", (after,))}


async def canary(e):
    """What hubd keeps for itself is in no file of Home Assistant and in no message; and hubd does keep it."""
    word = e.canary.encode()
    e.check(any(word in p for p in _files(e.hub.folder)), "the canary is not where hubd keeps things: this step proves nothing")
    e.check(e.canary in json.dumps(await e.hub.ask("GET", "/api/journal/a")), "the canary is not in the journal: this step proves nothing")
    for _, topic, payload in e.ears.since(0):
        e.check(word not in payload and e.canary not in topic, f"the canary is told on {topic}")
    await e.home.end()
    found = [f for f in glob.glob(e.home.config + "/**", recursive=True, include_hidden=True) if os.path.isfile(f) and word in open(f, "rb").read()]
    e.same("files of Home Assistant with the canary", found, [])
    e.check(e.canary not in e.hub.printed(), "the canary is in hubd's log")


def _files(folder):
    for base, _, files in os.walk(folder):
        for path in (os.path.join(base, f) for f in files):
            yield path.encode()
            if os.path.isfile(path):
                yield open(path, "rb").read()


FIRST = [("a note in the journal", note)]
STEPS = [
    ("nothing is shared", nothing_shared),
    ("a private session of two", private_together),
]
LAST = [("what hubd keeps for itself is nowhere else", canary)]
