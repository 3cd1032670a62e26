"""hubd's blueprints and dashboard, as they are shipped, in the real Home Assistant."""

import asyncio
import glob
import json
import os
import re

from aiohttp import web

from . import expected
from .step_controls import begin_together, id_of, press, shows
from .step_entities import all_expected
from .waiting import until, until_none

LAMP, PLAIN, PLAYER = "light.bed_lamp", "light.plain_lamp", "media_player.bed_player"


class Phone:
    """A phone with Home Assistant's app: what is pushed to it, and what is pressed on it."""

    def __init__(self):
        self.pushed, self.device, self.webhook = [], None, None

    async def register(self, home):
        """Become a device of Home Assistant."""
        app = web.Application()
        app.router.add_post("/push", self._push)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        port = self.runner.addresses[0][1]
        answer = await home.post("/api/mobile_app/registrations", {
            "device_id": "e2e-phone", "app_id": "e2e", "app_name": "E2E", "app_version": "1", "device_name": "Phone", "manufacturer": "E2E",
            "model": "Phone", "os_name": "Test", "os_version": "1", "supports_encryption": False,
            "app_data": {"push_token": "t", "push_url": f"http://127.0.0.1:{port}/push"}})
        self.webhook = answer["webhook_id"]
        self.device = await until("the phone's device", lambda: _device_of(home, "Phone"))

    async def _push(self, request):
        self.pushed.append(await request.json())
        return web.json_response({"rateLimits": {"successful": 1, "errors": 0, "maximum": 500, "resetsAt": "2100-01-01T00:00:00Z"}}, status=201)

    async def press(self, home, action):
        """Press a button of a notification."""
        async with home.http.post(f"{home.url}/api/webhook/{self.webhook}", json={
                "type": "fire_event", "data": {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}}) as r:
            return r.status


async def _device_of(home, name):
    return next((d["id"] for d in await home.call("config/device_registry/list") if d["name"] == name), None)


def shipped(e):
    """The blueprints there are, as domain/hubd/file."""
    base = os.path.join(e.home.shipped, "blueprints")
    return sorted(os.path.relpath(f, base) for f in glob.glob(base + "/*/hubd/*.yaml"))


def there(e, path):
    """Whether a blueprint is shipped; a step for one that is not says so and does nothing."""
    if path in shipped(e):
        return True
    print(f"    {path} is not there", flush=True)
    return False


async def listed(e):
    """Home Assistant reads every blueprint without an error."""
    e.figure(f"{len(shipped(e))} blueprints")
    for domain in ("automation", "script"):
        have = await e.home.call("blueprint/list", domain=domain)
        for path in shipped(e):
            if path.startswith(domain + "/"):
                b = have.get(path.removeprefix(domain + "/"))
                e.check(b is not None and "error" not in b, f"{path}: {b}")


async def automation(e, name, inputs):
    """Make an automation of a blueprint and wait until it is on."""
    await e.home.post(f"/api/config/automation/config/e2e_{name}", {
        "alias": f"e2e {name}", "use_blueprint": {"path": f"hubd/{name}.yaml", "input": inputs}})
    await until(f"the automation {name}", lambda: e.home.state(f"automation.e2e_{name}") == "on")


async def without(e, name):
    """Take the automation away again."""
    await e.home.delete(f"/api/config/automation/config/e2e_{name}")
    await until(f"{name} is gone", lambda: e.home.state(f"automation.e2e_{name}") in (None, "unavailable"))


async def end_of_session(e):
    """The session and its after scene."""
    await press(e, "room", "end_session")
    await press(e, "room", "end_session")
    await shows(e, "room", "in_use", "off")


def percent(e, lamp=LAMP):
    """How bright a lamp is."""
    return round((e.home.attribute(lamp, "brightness") or 0) / 2.55)


def steps_of(e, seen, entity):
    """The values of an entity since seen."""
    return [float(s) for _, n, s in e.home.changes[seen:] if n == entity]


async def lamps(e, bright, kelvin):
    """Both lamps as somebody leaves them before a session."""
    await e.home.act("light.turn_on", LAMP, brightness_pct=bright, color_temp_kelvin=kelvin)
    await e.home.act("light.turn_on", PLAIN, brightness_pct=bright)
    await until("the lamps are on", lambda: percent(e) == bright == percent(e, PLAIN))


async def follow(e, **more):
    """The automation, for both lamps."""
    await automation(e, "follow_the_room", {"hub": e.hub.id, "in_use": id_of("room", "in_use"), "lights": [LAMP, PLAIN], "back_over": 5,
                                            "quiet_from": "00:00:00", "quiet_to": "00:00:00", **more})


async def scene(e, name):
    """Choose a scene by hand and give its cue."""
    mark = e.ears.mark()
    await e.home.act("select.select_option", id_of("room", "scene"), option=name)
    return await e.ears.await_(mark, e.hub.topic("room", "cue"), name, lambda v: v["scene"] == name)


async def follow_the_room(e):
    """Lamps and a player do what the cue says, and go back; a lamp that knows no fades is led in steps."""
    if not there(e, "automation/hubd/follow_the_room.yaml"):
        return
    await lamps(e, 80, 4000)
    await follow(e, players=[PLAYER], loudest=30)
    await begin_together(e)
    seen = len(e.home.changes)
    want = (await scene(e, "reading"))["light"]
    await until(f"the lamps at {want['brightness_percent']} %", lambda: percent(e) == percent(e, PLAIN) == 40)
    await until(f"the lamp at {want['kelvin']} K", lambda: abs(e.home.attribute(LAMP, "color_temp_kelvin") - want["kelvin"]) <= 60)
    down = [v / 2.55 for v in steps_of(e, seen, "input_number.plain_brightness")]
    e.check(len(down) >= 5 and all(abs(a - b) <= 10 for a, b in zip(down, down[1:])), f"the lamp without fades goes by {down}")
    await scene(e, "pause")
    await until("a player without a sound in the cue is silent", lambda: e.home.attribute(PLAYER, "volume_level") == 0)
    seen = len(e.home.changes)
    await end_of_session(e)
    await until("the lamps as before", lambda: percent(e) == percent(e, PLAIN) == 80, 60)
    e.same("seconds in which the lamp goes back", float(e.home.state("input_number.lamp_transition")), 5.0)
    await until("the lamp as warm as before", lambda: abs(e.home.attribute(LAMP, "color_temp_kelvin") - 4000) <= 60)
    await until("the volume as before", lambda: abs(e.home.attribute(PLAYER, "volume_level") - 0.2) < 0.01, 90)
    up = steps_of(e, seen, "input_number.player_volume")
    e.check(len(up) >= 5 and all(b <= max(1.42 * a, a + 0.021) for a, b in zip(up, up[1:])), f"the volume comes back by {up}")
    await without(e, "follow_the_room")


async def follow_a_pause(e):
    """A pause lets no lamp rise by more than ten points in its first minute, whatever its scene; at night nothing goes back to bright."""
    if not there(e, "automation/hubd/follow_the_room.yaml"):
        return
    await lamps(e, 80, 4000)
    await e.home.act("light.turn_off", PLAIN)
    await follow(e, quiet_to="23:59:59", night_ceiling=id_of("room", "night_ceiling"))
    await e.home.act("number.set_value", id_of("room", "night_ceiling"), value=20)
    await begin_together(e)
    await scene(e, "dim")
    await until("the lamp at 5 %", lambda: percent(e) == 5)
    seen = len(e.home.changes)
    await press(e, "room", "pause")
    await until("the lamp ten points higher", lambda: percent(e) == 15)
    e.check(float(e.home.state("input_number.lamp_transition")) >= 10, "the pause is faster than ten seconds")
    await asyncio.sleep(3)
    e.same("brightest in the first seconds of a pause", max(round(v / 2.55) for v in steps_of(e, seen, "input_number.lamp_brightness")), 15)
    e.same("a lamp that was off", e.home.state(PLAIN), "off")
    await end_of_session(e)
    await until("the lamp at the night ceiling", lambda: percent(e) == 20, 60)
    await until("the lamp at the night's warmth", lambda: abs(e.home.attribute(LAMP, "color_temp_kelvin") - 2200) <= 60)
    for letter in "ab":
        await press(e, letter, "resume")
    await without(e, "follow_the_room")


async def follow_by_hand(e):
    """A lamp that somebody changes is let go, and not put back."""
    if not there(e, "automation/hubd/follow_the_room.yaml"):
        return
    await lamps(e, 80, 4000)
    await follow(e)
    await begin_together(e)
    await scene(e, "reading")
    await until("the lamp at 40 %", lambda: percent(e) == 40)
    await asyncio.sleep(2)
    await e.home.act("light.turn_on", LAMP, brightness_pct=5)
    await until("the hand's 5 %", lambda: percent(e) == 5)
    await e.home.act("light.turn_off", PLAIN)
    await scene(e, "dim")
    await asyncio.sleep(3)
    await end_of_session(e)
    await asyncio.sleep(3)
    e.same("percent of a lamp that a hand took", percent(e), 5)
    e.same("a lamp that a hand switched off", e.home.state(PLAIN), "off")
    await without(e, "follow_the_room")
    await e.home.act("light.turn_off", LAMP)


async def room_in_use(e):
    """What was on is off while the room is in use, and on again after it; what was off stays so."""
    if not there(e, "automation/hubd/room_in_use.yaml"):
        return
    on, off = "input_boolean.chime", "input_boolean.motion"
    await e.home.act("input_boolean.turn_on", on)
    await automation(e, "room_in_use", {"in_use": id_of("room", "in_use"), "quiet": [off, on], "patience": {"seconds": 2}, "memory": "input_text.memory"})
    await begin_together(e)
    await until("the chime is off", lambda: e.home.state(on) == "off")
    await end_of_session(e)
    await until("the chime is on again", lambda: e.home.state(on) == "on")
    e.same("what was off", e.home.state(off), "off")
    await begin_together(e)
    await until("the chime is off", lambda: e.home.state(on) == "off")
    await e.hub.stop()
    await until("the chime is on again without hubd", lambda: e.home.state(on) == "on")
    e.hub.begin("two-people")
    await shows(e, "room", "in_use", "off", 30)


async def over_a_restart(e):
    """What hubd's blueprints changed is as before after a restart of Home Assistant, also where the session ended meanwhile."""
    on, off = "input_boolean.chime", "input_boolean.motion"
    await lamps(e, 60, 3500)
    await follow(e, memory="input_text.lamps")

    async def nothing():
        return
    for what, meanwhile in (("in the middle of a session", nothing), ("while the session ends", lambda: end_by_hubd(e))):
        await begin_together(e)
        await until("the chime is off", lambda: e.home.state(on) == "off")
        await until("the lamp follows", lambda: percent(e) == 30)
        await e.home.restart(meanwhile)
        if meanwhile is nothing:
            await until("the lamp follows again", lambda: e.home.attribute("automation.e2e_follow_the_room", "current") == 1, 60)
            e.same(f"the chime after a restart {what}", e.home.state(on), "off")
            await end_of_session(e)
        await shows(e, "room", "in_use", "off", 60)
        await until(f"the chime is on again after a restart {what}", lambda: e.home.state(on) == "on")
        e.same(f"what was off before a restart {what}", e.home.state(off), "off")
        await until(f"the lamps are as before a restart {what}", lambda: percent(e) == percent(e, PLAIN) == 60, 60)
        await until("the lamp is as warm as before", lambda: abs(e.home.attribute(LAMP, "color_temp_kelvin") - 3500) <= 60)
        await until("nothing is kept in memory", lambda: e.home.state("input_text.memory") == e.home.state("input_text.lamps") == "")
    want = {x.entity_id(o) for o, x in all_expected().values()}
    await until_none("every entity is back after a restart of Home Assistant", lambda: sorted(i for i in want if e.home.state(i) in (None, "unavailable")))
    for name in ("room_in_use", "follow_the_room"):
        await without(e, name)
    for lamp in (LAMP, PLAIN):
        await e.home.act("light.turn_off", lamp)


async def end_by_hubd(e):
    """End the session and its after scene by hubd's own socket."""
    for _ in range(2):
        await e.hub.ask("POST", "/api/command/room/end_session", "PRESS")
    await until("hubd has no session", lambda: _idle(e))


async def _idle(e):
    return not (await e.hub.status())["active"]


def cleared(phone):
    """How many notifications were taken away."""
    return len([p for p in phone.pushed if p["message"] == "clear_notification"])


async def check_in_phone(e):
    """A check-in is a neutral question on a phone; an answer goes to the room; off means off."""
    if not there(e, "automation/hubd/check_in_phone.yaml"):
        return
    phone = e.phone = Phone()
    await phone.register(e.home)
    await automation(e, "check_in_phone", {"hub": e.hub.id, "phone": phone.device})
    await begin_together(e)
    await press(e, "room", "check_in")
    await e.ears.await_(e.ears.mark() - 20, e.hub.topic("room", "event"), "a check-in", lambda v: v["event_type"] == "check_in")
    await asyncio.sleep(2)
    e.same("notifications while sending is off", phone.pushed, [])
    await press(e, "room", "answer_space")
    await automation(e, "check_in_phone", {"hub": e.hub.id, "phone": phone.device, "send": True})
    await asyncio.sleep(1)
    mark = e.ears.mark()
    await press(e, "room", "check_in")
    await until("a notification", lambda: phone.pushed)
    told = phone.pushed[0]
    e.same("its text", told["message"], "How is it?")
    e.same("on the lock screen", told["data"].get("visibility"), "private")
    actions = [a["action"] for a in told["data"]["actions"]]
    e.check(len(actions) == 3 and any(a.endswith("space") for a in actions), f"answers {actions}")
    e.check(not re.search(r"wearer|\ba\b.*asked|heart|calm", json.dumps(told), re.I), f"{told}")
    await phone.press(e.home, next(a for a in actions if a.endswith("space")))
    e.same("the answer", await e.ears.await_(mark, e.hub.topic("room", "set", "answer"), "the answer"), "space")
    await until("the notification is taken away", lambda: cleared(phone) == 1)
    await press(e, "room", "check_in")
    await until("a second notification", lambda: len(phone.pushed) == 3)
    await end_of_session(e)
    await until("it goes with the session", lambda: cleared(phone) == 2)
    await without(e, "check_in_phone")


async def practice_reminder(e):
    """A reminder starts nothing by itself; its button starts the practice."""
    if not there(e, "automation/hubd/practice_reminder.yaml") or getattr(e, "phone", None) is None:
        return
    e.phone.pushed.clear()
    await automation(e, "practice_reminder", {"in_use": id_of("room", "in_use"), "practice": id_of("room", "practice"), "which": "hum",
                                              "phone": e.phone.device})
    run = asyncio.create_task(e.home.act("automation.trigger", "automation.e2e_practice_reminder", skip_condition=False))  # lasts as long as it does
    await until("a notification", lambda: e.phone.pushed)
    e.same("the practice before the button", e.home.state(id_of("room", "practice")), "unknown")
    mark = e.ears.mark()
    await e.phone.press(e.home, e.phone.pushed[0]["data"]["actions"][0]["action"])
    await e.ears.await_(mark, e.hub.topic("room", "state"), "hum", lambda v: v["practice"] == "hum")
    await run
    await press(e, "room", "stop_practice")
    await end_of_session(e)
    await without(e, "practice_reminder")


async def notify_on_fault(e):
    """A hub that is gone is told once, and once that it is back."""
    if not there(e, "automation/hubd/notify_on_fault.yaml"):
        return
    tell = [{"action": "input_text.set_value", "target": {"entity_id": "input_text.told"}, "data": {"value": "{{ message }}"}}]
    await automation(e, "notify_on_fault", {"online": id_of("room", "online"), "problems": [id_of("a", "problem")], "patience": {"seconds": 1}, "tell": tell})
    await e.hub.stop()
    await until("that hubd is gone is told", lambda: "does not answer" in (e.home.state("input_text.told") or ""))
    e.hub.begin("two-people")
    await until("that hubd is back is told", lambda: "answers again" in (e.home.state("input_text.told") or ""))
    await without(e, "notify_on_fault")


async def breathing_session(e):
    """The script starts the practice at its pace, and its end stops it."""
    if not there(e, "script/hubd/breathing_session.yaml"):
        return
    inputs = {k: id_of("room", k) for k in ("in_use", "practice", "breath_pace", "stop_practice")}
    await e.home.post("/api/config/script/config/e2e_breathing", {
        "alias": "e2e breathing", "use_blueprint": {"path": "hubd/breathing_session.yaml", "input": {**inputs, "which": "breath", "pace": 5.5, "minutes": 1}}})
    await until("the script", lambda: e.home.state("script.e2e_breathing") == "off")
    mark = e.ears.mark()
    await e.home.act("script.turn_on", "script.e2e_breathing")
    await e.ears.await_(mark, e.hub.topic("room", "state"), "breath at 5.5", lambda v: v["practice"] == "breath" and abs(v["breath_pace"] - 5.5) < 0.01)
    await shows(e, "room", "practice", "breath")
    await press(e, "room", "stop_practice")
    await until("the script ends with the practice", lambda: e.home.state("script.e2e_breathing") == "off")
    await end_of_session(e)
    await e.home.delete("/api/config/script/config/e2e_breathing")


async def dashboard(e):
    """The dashboard is read, and names only entities that exist."""
    if not os.path.exists(os.path.join(e.home.config, "dashboard.yaml")):
        print("    dashboard.yaml is not there", flush=True)
        return
    config = await e.home.call("lovelace/config", url_path="hubd-room", force=True)
    named = set(re.findall(r"\b\w+\.hubd_e2e_\w+", json.dumps(config)))
    have = {x.entity_id(o) for o, all_ in ((expected.HUB, expected.room()), ("hubd_e2e_a", expected.wearer("a")), ("hubd_e2e_b", expected.wearer("b")))
            for x in all_.values()}
    e.check(len(named) > 10, f"it shows {named}")
    e.same("entities that it names and hubd does not have", sorted(named - have), [])


STEPS = [
    ("blueprints are read", listed),
    ("follow the room", follow_the_room),
    ("follow the room, a pause and the night", follow_a_pause),
    ("follow the room, and a hand", follow_by_hand),
    ("room in use", room_in_use),
    ("both, and a restart of Home Assistant", over_a_restart),
    ("check-in on a phone", check_in_phone),
    ("practice reminder", practice_reminder),
    ("notify on fault", notify_on_fault),
    ("breathing session", breathing_session),
    ("the dashboard", dashboard),
]
