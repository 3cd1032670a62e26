"""What goes away, and what comes back."""

import re
import signal
import time

from . import expected
from .step_controls import id_of, measured, shows, unmeasured
from .waiting import until, until_none, until_same

BACK = 10.0  # seconds in which everything must be there again after the broker is


async def killed(e):
    """A hub that is killed is unavailable, all of it but the entity that says so."""
    await e.hub.stop(signal.SIGKILL)
    ids = [x.entity_id(o) for o, x in _all(e)]
    online = id_of("room", "online")
    await until_none("everything is unavailable", lambda: [i for i in ids if i != online and e.home.state(i) != "unavailable"])
    await shows(e, "room", "online", "off")
    e.restarted, seen = time.monotonic(), len(e.home.changes)
    e.hub.begin("sensor-off")
    await shows(e, "room", "online", "on")
    await everything_back(e, "a restart of hubd", e.restarted)
    first = {}
    for _, name, state in e.home.changes[seen:]:
        first.setdefault(name, state)
    stale = {n: s for n, s in first.items() if re.match(r"sensor\.hubd_e2e_a_", n) and s not in ("unknown", "unavailable")}
    e.same("values from before the restart that were shown again", stale, {})


async def not_answering(e):
    """A wearer whose sensor does not answer: b's lies on the table and gives the very same reading for ever."""
    await e.ears.await_(0, e.hub.topic("b", "status"), "offline", lambda v: v == "offline")
    await unmeasured(e, "b")


def _all(e, a="full", b="full"):
    owners = [(expected.HUB, expected.room())]
    for letter, share in (("a", a), ("b", b)):
        if letter in e.hub.wearers:
            owners.append((expected.WEARER.format(letter), expected.wearer(letter, share)))
    return [(owner, x) for owner, all_ in owners for x in all_.values()]


async def everything_back(e, what, began):
    """Everything is available and has a value."""
    ids = [x.entity_id(o) for o, x in _all(e) if o != "hubd_e2e_b" or not x.measures]
    await until_none(f"everything is back after {what}", lambda: [(i, e.home.state(i)) for i in ids if e.home.state(i) in (None, "unavailable")], 60)
    took = time.monotonic() - began
    await until("the numbers of the room are known", lambda: e.home.state(id_of("room", "night_ceiling")) not in ("unknown", "unavailable"))
    await measured(e, "a")
    return took


async def broker_restarts(e):
    """A restarted broker, without and with a memory: hubd is back in ten seconds, and so is everything once Home Assistant is.

    Home Assistant itself looks for a lost broker at once and then every 10 s, which nothing that hubd does can shorten."""
    for was, how, name in ((False, signal.SIGKILL, "that forgot everything"), (True, signal.SIGTERM, "that was to remember from now on"),
                           (True, signal.SIGTERM, "that remembered everything")):
        logins = [e.broker.printed().count(f"u'{user}'") for user in ("hubd", "home")]
        await e.broker.stop(how)
        await e.broker.begin(remembers=was)
        began, mark = time.monotonic(), e.ears.mark()
        await e.ears.ready()
        back = []
        for user, n in zip(("hubd", "home"), logins):
            await until(f"{user} is at the broker again", lambda u=user, n=n: e.broker.printed().count(f"u'{u}'") > n, 60)
            back.append(time.monotonic() - began)
        took = await everything_back(e, f"a broker {name}", began)
        e.figure(f"a broker {name}: hubd there after {back[0]:.1f} s, Home Assistant after {back[1]:.1f} s, everything after {took:.1f} s")
        e.check(back[0] <= BACK, f"hubd came back after {back[0]:.1f} s, want {BACK:g} at most")
        e.check(took - back[1] <= BACK, f"everything came back {took - back[1]:.1f} s after Home Assistant, want {BACK:g} at most")
        e.check(len(e.ears.since(mark, "homeassistant/device/hubd_e2e/config")) > 0 or was, "the broker was not told the devices again")


async def reload(e):
    """A reload of the integration finds everything again."""
    mark = e.ears.mark()
    await e.home.reload_mqtt()
    began = time.monotonic()
    await e.ears.await_(mark, "homeassistant/status", "the birth message", lambda v: v == "online")
    took = await everything_back(e, "a reload of the MQTT integration", began)
    e.figure(f"everything back {took:.1f} s after a reload of the MQTT integration")
    e.check(took <= BACK, f"{took:.1f} s, want {BACK:g} at most")


async def at(e, seconds):
    """Wait for a time of the running scenario."""
    await until(f"second {seconds} of the scenario", lambda: time.monotonic() - e.restarted > seconds, 300)


PULSE, SKIN = ("heart_rate", "rmssd", "rsa", "breathing"), ("scl", "scr_rate")


async def pulse_off(e):
    """A pulse sensor off: its values unknown and a problem, the skin's values unaffected. From second 90 to 130 of the scenario."""
    await at(e, 60)
    await _known(e, PULSE[:1] + SKIN)
    await at(e, 92)
    await _one_off(e, PULSE, SKIN)


async def skin_off(e):
    """Electrodes off: their values unknown and a problem, the pulse's values unaffected. From second 190 to 230."""
    await at(e, 180)
    await _known(e, PULSE[:1] + SKIN)
    await at(e, 192)
    await _one_off(e, SKIN, PULSE[:1])


async def _known(e, keys):
    bad = ("unknown", "unavailable")
    await until_none("values are known", lambda: [k for k in keys if e.home.state(id_of("a", k)) in bad], 40)
    await until_same("a's problem", lambda: e.home.state(id_of("a", "problem")), "off", 40)


async def _one_off(e, off, other):
    await until(f"{off} are unknown", lambda: all(e.home.state(id_of("a", k)) == "unknown" for k in off), 10)
    seen = len(e.home.changes)
    for k in other:
        e.check(e.home.state(id_of("a", k)) not in ("unknown", "unavailable"), f"{k} is {e.home.state(id_of('a', k))} too")
    await until_same("a's problem", lambda: e.home.state(id_of("a", "problem")), "on", 36)
    lost = {n for _, n, s in e.home.changes[seen:] if s in ("unknown", "unavailable") and n in [id_of("a", k) for k in other]}
    e.same("values of the other channel that went away meanwhile", lost, set())


async def renamed(e):
    """Another name of hub and wearer: the devices follow, no entity moves."""
    before = {u: r["entity_id"] for u, r in (await e.home.entities()).items()}
    await e.hub.end()
    e.hub.name, e.hub.names["a"] = "Upstairs", "Ada"
    e.hub.begin("two-people")

    async def named():
        d = await e.home.devices()
        return (d["hubd_e2e"]["name"], d["hubd_e2e_a"]["name"]) == ("Upstairs", "Ada")
    await until("the devices have their new names", named)
    await measured(e, "a")
    e.same("entities", {u: r["entity_id"] for u, r in (await e.home.entities()).items()}, before)


async def share_lowered(e):
    """A share lowered in the config: what is not shared any more is gone, and not kept by the broker."""
    await e.hub.end()
    e.hub.shares["a"] = "state"
    e.hub.begin("two-people")
    want = sorted(expected.wearer("a", "state"))

    async def left():
        return sorted(u for u in await e.home.entities() if u.startswith("hubd_e2e_a_")) == want
    await until("a's measurements are gone", left)
    await until("a's state is told", lambda: e.home.state(id_of("a", "problem")) in ("on", "off"))

    async def unsaid():  # Home Assistant forgets it with the message before
        kept = await e.kept("homeassistant/device/#")
        return b"heart_rate" not in kept["homeassistant/device/hubd_e2e_a/config"]
    await until("the broker keeps no description of what is not shared", unsaid)


async def wearer_removed(e):
    """A wearer taken out of the config: device, entities and retained topics are gone; others' ghosts stay."""
    device = '{"dev":{"ids":["%s"],"name":"Other"},"o":{"name":"%s"},"cmps":{"x":{"p":"sensor","unique_id":"%s_x","state_topic":"other/x"}}}'
    other = {"homeassistant/device/hubd_other_b/config": device % ("hubd_other_b", "hubd", "other_b"),
             "homeassistant/device/lamp/config": device % ("lamp", "lamps", "lamp"), "hubd/other/b/status": "online"}
    for topic, payload in other.items():
        e.ears.send(topic, payload, retain=True)
    await e.hub.end()
    e.hub.wearers, e.hub.shares["a"] = ["a"], "full"
    e.hub.begin("two-people")

    async def gone():
        have = await e.home.devices()
        return "hubd_e2e_b" not in have and "hubd_other_b" in have
    await until("b's device is gone", gone)
    e.same("b's entities", [u for u in await e.home.entities() if u.startswith("hubd_e2e_b_")], [])

    async def unkept():  # its status goes after its device
        return not [t for t in await e.kept("hubd/e2e/b/#", "homeassistant/#") if "hubd_e2e_b" in t or t.startswith("hubd/e2e/b/")]
    await until("the broker keeps nothing of b", unkept)
    kept = await e.kept("homeassistant/#", "hubd/#")
    e.same("what is not this hub's", {t: kept.get(t, b"").decode() for t in other}, other)
    for topic in other:
        e.ears.send(topic, "", retain=True)

    async def alone():
        return set(await e.home.devices()) == {"hubd_e2e", "hubd_e2e_a"}
    await until("the other hub is gone again", alone)


async def id_changed(e):
    """Another id of the hub: all the old topics are gone."""
    await e.hub.end()
    old, e.hub.id = e.hub.id, "e2e-2"
    e.hub.begin("two-people")

    async def moved():
        return set(await e.home.devices()) == {"hubd_e2e-2", "hubd_e2e-2_a"}
    await until("the devices of the old id are gone", moved)
    kept = await e.kept("homeassistant/#", "hubd/#")
    e.same("what the broker keeps of the old id", [t for t in kept if f"hubd_{old}/" in t or f"hubd_{old}_" in t or t.startswith(f"hubd/{old}/")], [])
    await e.hub.end()
    e.hub.id, e.hub.wearers = old, ["a", "b"]
    e.hub.begin("two-people")

    async def back():
        return set(await e.home.devices()) == {"hubd_e2e", "hubd_e2e_a", "hubd_e2e_b"}
    await until("the devices of the first id are back", back)


FIRST = [
    ("a killed hub is unavailable", killed),
    ("a wearer whose sensor does not answer", not_answering),
    ("a broker that restarts", broker_restarts),
    ("a pulse sensor off", pulse_off),
    ("a reload of the integration", reload),
    ("electrodes off", skin_off),
]

STEPS = [
    ("another name", renamed),
    ("a share lowered in the config", share_lowered),
    ("a wearer removed", wearer_removed),
    ("another id of the hub", id_changed),
]
