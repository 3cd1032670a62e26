"""Every control does on hubd what it says, and Home Assistant shows it."""

import asyncio

from . import expected
from .waiting import until, until_none, until_same


def id_of(owner, key):
    return expected.id_of(owner, key)


async def press(e, owner, key):
    """Press one of hubd's buttons in Home Assistant, once it can be pressed."""
    button = id_of(owner, key)
    await until(f"{button} can be pressed", lambda: e.home.state(button) not in (None, "unavailable"))
    await e.home.act("button.press", button)


async def shows(e, owner, key, want, within=20):
    """Wait until Home Assistant shows a state."""
    await until_same(id_of(owner, key), lambda: e.home.state(id_of(owner, key)), want, within)


async def happened(e, owner, before, kind):
    """Wait until the event entity has had another event, of this kind."""
    entity = id_of(owner, "event")
    await until(f"{entity} tells {kind}", lambda: e.home.state(entity) != before and e.home.attribute(entity, "event_type") == kind)


async def begin_together(e):
    """Both wearers start a session by their own buttons. What a failed step left running is ended first."""
    while e.home.state(id_of("room", "in_use")) == "on":
        await press(e, "room", "end_session")
        await asyncio.sleep(0.5)
    mark, before = e.ears.mark(), e.home.state(id_of("room", "event"))
    await press(e, "a", "start_session")
    await e.ears.await_(mark, e.hub.topic("room", "session"), "in use", lambda v: v == {"active": True, "kind": "together"})
    await happened(e, "room", before, "session_started")
    await press(e, "b", "start_session")
    await e.ears.await_(mark, e.hub.topic("b", "state"), "b takes part", lambda v: v["session_s"] is not None)
    await shows(e, "room", "in_use", "on")


async def scenes(e):
    """The select shows the scene that runs; each of its options can be chosen."""
    entity = id_of("room", "scene")
    options = e.home.attribute(entity, "options")
    e.check("reading" in options and "auto" in options and len(options) == len(set(options)), f"options {options}")
    for scene in options:
        mark = e.ears.mark()
        await e.home.act("select.select_option", entity, option=scene)
        if scene == "auto":
            continue
        await e.ears.await_(mark, e.hub.topic("room", "cue"), scene, lambda v, s=scene: v["scene"] == s)
        await shows(e, "room", "scene", scene)
    mark = e.ears.mark()
    await e.home.act("select.select_option", entity, option="auto")
    await e.ears.await_(mark, e.hub.topic("room", "state"), "the scene by hand left", lambda v: v["scene"] != options[-1])


async def practices(e):
    """The select starts each practice; the button stops it."""
    entity = id_of("room", "practice")
    for practice in e.home.attribute(entity, "options"):
        mark = e.ears.mark()
        await e.home.act("select.select_option", entity, option=practice)
        await e.ears.await_(mark, e.hub.topic("room", "state"), practice, lambda v, p=practice: v["practice"] == p)
        await shows(e, "room", "practice", practice)
    mark = e.ears.mark()
    await press(e, "room", "stop_practice")
    await e.ears.await_(mark, e.hub.topic("room", "state"), "no practice", lambda v: v["practice"] is None)
    await shows(e, "room", "practice", "unknown")


async def numbers(e):
    """Each number can be set to its ends and between."""
    for key in ("breath_pace", "night_ceiling", "volume_cap"):
        entity = id_of("room", key)
        low, high, now = (float(e.home.attribute(entity, k)) for k in ("min", "max", "min"))
        for value in (high, low, round((low + high) / 2)):
            mark = e.ears.mark()
            await e.home.act("number.set_value", entity, value=value)
            await e.ears.await_(mark, e.hub.topic("room", "state"), f"{key} {value}", lambda v, k=key, w=value: abs(v[k] - w) < 0.06)
            await until(f"{entity} shows {value}", lambda w=value, n=entity: abs(float(e.home.state(n)) - w) < 0.06)
            now = value
        e.check(now is not None, key)


async def cues(e):
    """The switch turns everybody's cues off and on."""
    for action, told, shown in (("switch.turn_off", False, "off"), ("switch.turn_on", True, "on")):
        mark = e.ears.mark()
        await e.home.act(action, id_of("room", "cues"))
        await e.ears.await_(mark, e.hub.topic("room", "state"), shown, lambda v, t=told: v["cues"] is t)
        await shows(e, "room", "cues", shown)
        e.same("cues by hubd's own word", [w["cues"] for w in (await e.hub.status())["wearers"]], [shown, shown])


async def check_ins(e):
    """A check-in is asked once until it is answered; every answer answers it, and stop ends the session."""
    for answer in ("space", "touch", "reassurance", "fine_for_now"):
        mark, before = e.ears.mark(), e.home.state(id_of("room", "event"))
        await press(e, "room", "check_in")
        await e.ears.await_(mark, e.hub.topic("room", "event"), "a check-in", lambda v: v["event_type"] == "check_in")
        await happened(e, "room", before, "check_in")
        mark = e.ears.mark()
        await press(e, "room", f"answer_{answer}")
        await e.ears.await_(mark, e.hub.topic("room", "cue"), "the light as before", lambda v: v["reason"] != "check_in")
    mark, before = e.ears.mark(), e.home.state(id_of("room", "event"))
    await press(e, "room", "answer_stop")
    await e.ears.await_(mark, e.hub.topic("room", "event"), "the end", lambda v: v["event_type"] == "session_ended")
    await happened(e, "room", before, "session_ended")
    await press(e, "room", "end_session")  # the after scene too
    await shows(e, "room", "in_use", "off")


async def end_session(e):
    """The button ends a session, and pressed again its after scene."""
    await begin_together(e)
    mark = e.ears.mark()
    await press(e, "room", "end_session")
    await e.ears.await_(mark, e.hub.topic("room", "event"), "the end", lambda v: v["event_type"] == "session_ended")
    await shows(e, "room", "scene", "after")
    await press(e, "room", "end_session")
    await shows(e, "room", "in_use", "off")


MEASURED = ("state", "problem", "heart_rate", "rmssd", "scl")
USABLE = ("sensing", "sensing_switch", "share_nothing", "start_session", "resume", "event")


async def unmeasured(e, letter, want="unavailable"):
    """Measurements are unavailable, controls are not."""
    await until(f"{letter}'s measurements are {want}", lambda: all(e.home.state(id_of(letter, k)) == want for k in MEASURED))
    for key in USABLE:
        e.check(e.home.state(id_of(letter, key)) != "unavailable", f"{id_of(letter, key)} cannot be used")


async def measured(e, letter):
    """Measurements are there again."""
    await until(f"{letter}'s measurements are there",
                lambda: all(e.home.state(id_of(letter, k)) not in (None, "unavailable") for k in MEASURED)
                and e.home.state(id_of(letter, "problem")) in ("on", "off"))


async def pause(e):
    """Pause turns everybody's sensing off; each one's resume turns on their own."""
    await begin_together(e)
    mark = e.ears.mark()
    await press(e, "room", "pause")
    for letter in "ab":
        await e.ears.await_(mark, e.hub.topic(letter, "status"), "paused", lambda v: v == "paused")
        await shows(e, letter, "sensing", "off")
        await shows(e, letter, "sensing_switch", "off")
        await unmeasured(e, letter)
    await shows(e, "room", "scene", "pause")
    await press(e, "a", "resume")
    await shows(e, "a", "sensing", "on")
    await measured(e, "a")
    e.same("b, who has not resumed", e.home.state(id_of("b", "sensing")), "off")
    await press(e, "b", "resume")
    await measured(e, "b")
    await press(e, "room", "end_session")
    await press(e, "room", "end_session")
    await shows(e, "room", "in_use", "off")


async def sensing(e):
    """The switch turns one wearer's sensing off and on, and nobody else's."""
    await e.home.act("switch.turn_off", id_of("a", "sensing_switch"))
    await shows(e, "a", "sensing_switch", "off")
    await unmeasured(e, "a")
    e.same("b's sensing", e.home.state(id_of("b", "sensing")), "on")
    e.same("a by hubd's own word", (await e.hub.status())["wearers"][0]["status"], "paused")
    await e.home.act("switch.turn_on", id_of("a", "sensing_switch"))
    await shows(e, "a", "sensing_switch", "on")
    await measured(e, "a")


async def share_nothing(e):
    """One press takes a wearer's entities away; raising the share brings them back."""
    gone = [x.entity_id("hubd_e2e_a") for x in expected.wearer("a").values() if x.share != "none"]
    stay = [x.entity_id("hubd_e2e_a") for x in expected.wearer("a", "none").values()]
    await press(e, "a", "share_nothing")
    await until_none("a's measurements are gone", lambda: [x for x in gone if e.home.state(x) is not None])
    e.same("a's other entities", [x for x in stay if e.home.state(x) in (None, "unavailable")], [])
    e.check(e.home.state(id_of("b", "heart_rate")) not in (None, "unavailable"), "b's entities are gone too")
    left = [u for u in await e.home.entities() if u.startswith("hubd_e2e_a_")]
    e.same("a's entities in the registry", sorted(left), sorted(expected.wearer("a", "none")))
    e.ears.send(e.hub.topic("a", "set", "share"), "full")
    await until("a's measurements are back", lambda: e.home.state(id_of("a", "heart_rate")) is not None)
    await measured(e, "a")


STEPS = [
    ("two start a session by their buttons", begin_together),
    ("scenes", scenes),
    ("practices", practices),
    ("numbers", numbers),
    ("cues off and on", cues),
    ("check-ins and their answers", check_ins),
    ("end of a session", end_session),
    ("pause and resume", pause),
    ("sensing of one wearer", sensing),
    ("share nothing, and everything again", share_nothing),
]
