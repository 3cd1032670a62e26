"""Commands that cannot be obeyed, many of them."""

import asyncio
import json
import random
import time

from .waiting import until

PER_SECOND, SECONDS = 1000, 8
BIG, BIGS = 1 << 20, 100  # bytes, and how many
MOST_MB = 16  # by which memory may grow


async def refused(e):
    """A thousand bad commands a second: each kind is refused, nothing changes, memory stays flat."""
    topic = e.hub.topic
    bad = [(topic("room", "set", "breath_pace"), b"fast"), (topic("room", "set", "night_ceiling"), b"101"), (topic("room", "set", "volume_cap"), b"1e3"),
           (topic("room", "set", "scene"), b"no such scene"), (topic("room", "set", "dance"), b"PRESS"), (topic("c", "set", "resume"), b"PRESS"),
           (topic("a", "set", "share"), b"everything"), (topic("a", "set", "sensing"), b""), (topic("b", "set", "keep"), b"\xff\xfe\x00")]
    before = await settled(e)
    await flood(e, bad, 1)  # whatever grows once has grown
    await asyncio.sleep(1)
    memory, log, mark = e.hub.resident_mb(), len(e.hub.printed()), e.ears.mark()
    sent = await flood(e, bad, SECONDS)
    await e.ears.await_(mark, topic("room", "event"), "a refusal", lambda v: v["event_type"] == "command_refused")
    await until("the queue is empty", lambda: not _busy(e), 30)
    after = e.hub.resident_mb()
    refusals = [m for m in e.ears.since(mark) if m[1].endswith("/event") and b"command_refused" in m[2]]
    lines = [x for x in e.hub.printed()[log:].splitlines() if "refused" in x]
    e.figure(f"{sent} bad commands in {SECONDS} s: {len(refusals)} command_refused, {len(lines)} lines of log, "
             f"memory {memory:.0f} → {after:.0f} MB")
    e.check(sent >= 0.95 * PER_SECOND * SECONDS, f"only {sent} were sent")
    e.check(0 < len(lines) <= 2 * SECONDS, f"{len(lines)} lines of log")
    e.check(after - memory <= MOST_MB, f"memory grew by {after - memory:.0f} MB")
    e.same("hubd's state", await settled(e), before)


def _busy(e):
    return any(time.monotonic() - t < 1.5 for t, name, p in e.ears.since(max(0, e.ears.mark() - 50)) if b"command_refused" in p)


async def settled(e):
    """What must not change."""
    status = await e.hub.status()
    room = json.loads(e.ears.last(e.hub.topic("room", "state")))
    return {**{k: status[k] for k in ("active", "session", "paused", "wearers")}, "room": room}


async def flood(e, bad, seconds):
    """Send at an even rate, in QoS 0 so that nothing waits for an answer."""
    generator, sent, began = random.Random(1), 0, time.monotonic()
    while time.monotonic() - began < seconds:
        while sent < (time.monotonic() - began) * PER_SECOND:
            e.ears.send(*generator.choice(bad), qos=0)
            sent += 1
        await asyncio.sleep(0.005)
    return sent


async def big(e):
    """Payloads of a megabyte, as fast as the broker takes them: refused, memory flat."""
    topic, payload = e.hub.topic("room", "set", "scene"), b"x" * BIG
    before = await settled(e)
    await bigs(e, topic, payload, 5)
    memory = e.hub.resident_mb()
    took = await bigs(e, topic, payload, BIGS)
    after = e.hub.resident_mb()
    e.figure(f"{BIGS} commands of 1 MB in {took:.1f} s: memory {memory:.0f} → {after:.0f} MB")
    e.check(after - memory <= MOST_MB, f"memory grew by {after - memory:.0f} MB")
    e.same("hubd's state", await settled(e), before)


async def bigs(e, topic, payload, times):
    """Send so many and wait until each is refused."""
    mark, began = e.ears.mark(), time.monotonic()
    for _ in range(times):
        e.ears.send(topic, payload)
        await asyncio.sleep(0)
    await until("all are refused", lambda: len([1 for x in e.ears.since(mark, e.hub.topic("room", "event")) if b'"scene"' in x[2]]) >= times)
    return time.monotonic() - began


async def retained_commands(e):
    """A command that the broker keeps is refused at every connect."""
    topic = e.hub.topic("a", "set", "resume")
    e.ears.send(topic, "PRESS", retain=True)
    await asyncio.sleep(0.5)
    mark = e.ears.mark()
    await e.broker.restart(remembers=True)
    await e.ears.ready()
    v = await e.ears.await_(mark, e.hub.topic("a", "event"), "a refusal", lambda v: v["event_type"] == "command_refused")
    e.check(v["name"] == "resume" and "retain" in v["reason"], f"refused by {v}")
    e.ears.send(topic, "", retain=True)


STEPS = [
    ("bad commands, a thousand a second", refused),
    ("commands of a megabyte", big),
    ("retained commands", retained_commands),
]
