"""Every entity is there and is what it should be, and nothing else is."""

import json

from . import expected
from .step_controls import begin_together, shows
from .waiting import until, until_none

SLOW = 110  # seconds: heart-rate variability needs a minute of pulse


async def devices(e):
    """The room and each wearer are a device of their own."""
    found = await until("three devices", lambda: _devices(e, 3), 60)
    for name, said in {"hubd_e2e": ("Bedroom", "Room"), "hubd_e2e_a": ("Wearer a", "Wearer"), "hubd_e2e_b": ("Wearer b", "Wearer")}.items():
        d = found.get(name)
        if e.check(d is not None, f"there is no device {name}"):
            e.same(f"{name}: name and model", (d["name"], d["model"]), said)
            e.same(f"{name}: maker", d["manufacturer"], "hubd")
            via = None if name == "hubd_e2e" else found["hubd_e2e"]["id"]
            e.same(f"{name}: reached by", d["via_device_id"], via)


async def _devices(e, n):
    found = await e.home.devices()
    return found if len(found) == n else None


def all_expected():
    """Every entity of the room and of two wearers who share everything, by unique id, with its owner."""
    owners = {expected.HUB: expected.room(), expected.WEARER.format("a"): expected.wearer("a"), expected.WEARER.format("b"): expected.wearer("b")}
    return {unique: (owner, x) for owner, all_ in owners.items() for unique, x in all_.items()}


async def registry(e):
    """Each has its id, name, category, and is disabled where it should be; there is no other."""
    want = all_expected()

    async def complete():
        have = await e.home.entities()
        return have if len(have) >= len(want) else None
    await until("all entities", complete, 30)
    have = await e.home.entities()
    e.same("entities", sorted(set(have) ^ set(want)), [])
    for unique in sorted(set(have) & set(want)):
        owner, x = want[unique]
        r = have[unique]
        told = {"entity id": r["entity_id"], "name": r["original_name"], "category": r["entity_category"],
                "disabled by": r["disabled_by"], "icon or class": bool(r["original_icon"] or r["original_device_class"])}
        e.same(unique, told, {"entity id": x.entity_id(owner), "name": x.name, "category": x.category,
                              "disabled by": None if x.enabled else "integration", "icon or class": True})


async def enable_all(e):
    """What is disabled by default can be enabled; the reload that this brings finds everything again."""
    for r in (await e.home.entities()).values():
        if r["disabled_by"]:
            await e.home.call("config/entity_registry/update", entity_id=r["entity_id"], disabled_by=None)
    mark = e.ears.mark()
    await e.home.reload_mqtt()
    await e.ears.await_(mark, "homeassistant/status", "Home Assistant's birth", lambda v: v == "online")
    want = all_expected()
    await until_none("a state of every entity", lambda: [x.entity_id(o) for o, x in want.values() if not e.home.state(x.entity_id(o))], 30)


async def states(e):
    """Each has a value, with its unit and classes."""
    want = all_expected()
    late = {"coregulation", "recovery_half_life", "vagal"}  # nothing says when these can be told

    def missing():
        return [x.entity_id(o) for o, x in want.values() if x.domain in ("sensor", "binary_sensor", "switch", "number")
                and x.key not in late and e.home.state(x.entity_id(o)) in (None, "unknown", "unavailable") and x.key != "state"]
    await until_none("a value of every entity", missing, SLOW)
    for owner, x in want.values():
        entity = x.entity_id(owner)
        have = {k: e.home.attribute(entity, k) for k in ("unit_of_measurement", "device_class", "state_class", *x.attributes)}
        e.same(entity, have, {"unit_of_measurement": x.unit, "device_class": x.device_class, "state_class": x.state_class, **x.attributes})
        if x.device_class == "enum":
            e.check(e.home.state(entity) in expected.STATES, f"{entity} is {e.home.state(entity)}")
    e.same("version", e.home.state(expected.id_of("room", "version")), (await e.hub.status())["version"])
    await until_none("the newest numbers in Home Assistant", lambda: unlike_told(e, "a"))


def unlike_told(e, letter):
    """What Home Assistant does not show as the newest state message has it. A message that is just on its way takes a moment."""
    told = json.loads(e.ears.last(e.hub.topic(letter, "state")))
    fields = {"heart_rate": "heart_rate_bpm", "rmssd": "rmssd_ms", "rsa": "rsa_ln_ms2", "scl": "scl_microsiemens"}
    have = {key: e.home.state(expected.id_of(letter, key)) for key in fields}
    return [(key, told[field], have[key]) for key, field in fields.items() if told[field] is None or have[key] != str(told[field])
            and (have[key] in (None, "unknown", "unavailable") or abs(float(have[key]) - told[field]) > 1e-6)]


async def triggers(e):
    """The room's events can be chosen as triggers of its device, and start an automation."""
    room = (await e.home.devices())["hubd_e2e"]["id"]
    listed = await e.home.call("device_automation/trigger/list", device_id=room)
    mine = [t for t in listed if t["domain"] == "mqtt" and "subtype" in t]
    e.same("device triggers", {(t["subtype"], t["type"]) for t in mine}, expected.TRIGGERS)
    await begin_together(e)
    chosen = next((t for t in mine if t["subtype"] == "check-in"), None)
    if not e.check(chosen is not None, "no trigger for a check-in"):
        return
    await e.home.post("/api/config/automation/config/e2e_trigger", {
        "alias": "E2E trigger", "triggers": [{"trigger": "device", **{k: chosen[k] for k in ("domain", "device_id", "type", "subtype")}}],
        "conditions": [], "actions": [{"action": "persistent_notification.create", "data": {"message": "asked"}}], "mode": "single"})
    await until("the automation", lambda: e.home.state("automation.e2e_trigger") == "on")
    before = e.home.attribute("automation.e2e_trigger", "last_triggered")
    await e.home.act("button.press", expected.id_of("room", "check_in"))
    await until("the automation runs at a check-in", lambda: e.home.attribute("automation.e2e_trigger", "last_triggered") != before)
    await e.home.act("button.press", expected.id_of("room", "answer_fine_for_now"))
    await e.home.delete("/api/config/automation/config/e2e_trigger")
    for _ in range(2):  # the session, then its after scene
        await e.home.act("button.press", expected.id_of("room", "end_session"))
    await shows(e, "room", "in_use", "off")


async def quiet(e):
    """Home Assistant has nothing to complain of."""
    issues = (await e.home.call("repairs/list_issues"))["issues"]
    e.same("repairs", [(i["domain"], i["issue_id"], i["translation_placeholders"]) for i in issues
                       if not i["issue_id"].startswith("deprecated_method")], [])  # which tells how this Home Assistant was installed
    e.same("lines of the log about MQTT and blueprints", e.home.complaints(), [])


FIRST = [
    ("three devices, named and joined", devices),
    ("every entity in the registry, and no other", registry),
    ("what is disabled by default can be enabled, and a reload brings everything back", enable_all),
]
STEPS = [
    ("every entity has a value, its unit and its classes", states),
    ("triggers of the room's device", triggers),
]
LAST = [("no repairs, no complaint in the log", quiet)]
