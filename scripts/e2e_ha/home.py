"""Home Assistant, headless: its REST and WebSocket interfaces."""

import asyncio
import os
import re
import shutil
import signal
import time

import aiohttp

from .process import Process, free_port
from .waiting import until

CONFIGURATION = """
homeassistant:
  name: Home
  unit_system: metric
  country: SE
  time_zone: UTC
  latitude: 0
  longitude: 0
recorder:
  commit_interval: 1
history:
logbook:
template: !include template.yaml
mobile_app:
automation: !include automations.yaml
script: !include scripts.yaml
input_boolean:
  lamp: {name: Lamp}
  plain: {name: Plain}
  player: {name: Player, initial: true}
  chime: {name: Chime}
  motion: {name: Motion}
input_number:
  lamp_brightness: {name: Lamp brightness, min: 0, max: 255}
  lamp_transition: {name: Lamp transition, min: 0, max: 600, step: 0.1}
  plain_brightness: {name: Plain brightness, min: 0, max: 255}
  lamp_kelvin: {name: Lamp kelvin, min: 1500, max: 6500, initial: 3000}
  player_volume: {name: Player volume, min: 0, max: 1, step: 0.001, initial: 0.2}
input_text:
  told: {name: Told}
  memory: {name: Memory}
  lamps: {name: Lamps}
media_player:
  - platform: universal
    name: Bed player
    unique_id: e2e_bed_player
    attributes: {state: input_boolean.player, volume_level: input_number.player_volume, is_volume_muted: input_boolean.motion}
    commands:
      volume_set: {action: input_number.set_value, target: {entity_id: input_number.player_volume}, data: {value: "{{ volume_level }}"}}
      turn_on: {action: input_boolean.turn_on, target: {entity_id: input_boolean.player}}
      turn_off: {action: input_boolean.turn_off, target: {entity_id: input_boolean.player}}
"""

# A lamp that fades, of which every command can be seen, and a plain one that knows neither fades nor colours.
TEMPLATE = """
- light:
    - name: Bed lamp
      unique_id: e2e_bed_lamp
      state: "{{ is_state('input_boolean.lamp', 'on') }}"
      level: "{{ states('input_number.lamp_brightness') | int }}"
      temperature: "{{ (1000000 / states('input_number.lamp_kelvin') | int) | int }}"
      supports_transition: "{{ true }}"
      turn_on: {action: input_boolean.turn_on, target: {entity_id: input_boolean.lamp}}
      turn_off: {action: input_boolean.turn_off, target: {entity_id: input_boolean.lamp}}
      set_level: &set
        - action: input_number.set_value
          target: {entity_id: input_number.lamp_transition}
          data: {value: "{{ transition | default(0) }}"}
        - action: input_number.set_value
          target: {entity_id: input_number.lamp_brightness}
          data: {value: "{{ brightness if brightness is defined else states('input_number.lamp_brightness') }}"}
        - action: input_number.set_value
          target: {entity_id: input_number.lamp_kelvin}
          data: {value: "{{ color_temp_kelvin | int if color_temp_kelvin is defined else states('input_number.lamp_kelvin') }}"}
        - {action: input_boolean.turn_on, target: {entity_id: input_boolean.lamp}}
      set_temperature: *set
    - name: Plain lamp
      unique_id: e2e_plain_lamp
      state: "{{ is_state('input_boolean.plain', 'on') }}"
      level: "{{ states('input_number.plain_brightness') | int }}"
      turn_on: {action: input_boolean.turn_on, target: {entity_id: input_boolean.plain}}
      turn_off: {action: input_boolean.turn_off, target: {entity_id: input_boolean.plain}}
      set_level:
        - action: input_number.set_value
          target: {entity_id: input_number.plain_brightness}
          data: {value: "{{ brightness }}"}
        - {action: input_boolean.turn_on, target: {entity_id: input_boolean.plain}}
"""

CLIENT = "http://127.0.0.1/"


class Home(Process):
    """One Home Assistant and one user of it."""

    def __init__(self, folder):
        super().__init__("Home Assistant", os.path.join(folder, "home.log"))
        self.config, self.port = os.path.join(folder, "home"), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = self.ws = self.token = self.refresh = self.entry = None
        self.states, self.changes, self.next, self.waiting = {}, [], 1, {}
        os.makedirs(self.config)
        self.shipped = os.path.join(folder, "homeassistant")  # hubd's own files for Home Assistant
        if os.path.isdir(self.shipped + "/blueprints"):
            shutil.copytree(self.shipped + "/blueprints", self.config + "/blueprints")
        dashboard = self._take_dashboard()
        for name, text in (("configuration.yaml", CONFIGURATION + dashboard), ("template.yaml", TEMPLATE), ("automations.yaml", "[]\n"), ("scripts.yaml", "{}\n")):
            with open(os.path.join(self.config, name), "w") as f:
                f.write(text)

    def _take_dashboard(self):
        """Take hubd's dashboard for the hub of these checks, and the lines of the configuration that show it."""
        try:
            with open(os.path.join(self.shipped, "dashboard.yaml")) as f:
                text = f.read()
        except FileNotFoundError:
            return ""
        with open(os.path.join(self.config, "dashboard.yaml"), "w") as f:
            f.write(text.replace("hubd_bedroom_", "hubd_e2e_"))
        return "lovelace:\n  dashboards:\n    hubd-room: {mode: yaml, title: Bedroom, filename: dashboard.yaml, show_in_sidebar: true}\n"

    def launch(self):
        """Start the program; begin() goes on where it answers."""
        self.start(["/opt/ha/bin/python", "-m", "homeassistant", "--config", self.config, "--skip-pip"], SETUP_PORT=str(self.port))

    async def begin(self):
        """Onboard the first user and open the WebSocket."""
        self.http = aiohttp.ClientSession()
        await until("Home Assistant answers", self._answers, 120)
        user = {"client_id": CLIENT, "name": "Test", "username": "test", "password": "test-test", "language": "en"}
        code = (await self.post("/api/onboarding/users", user))["auth_code"]
        async with self.http.post(self.url + "/auth/token", data={"grant_type": "authorization_code", "code": code, "client_id": CLIENT}) as r:
            tokens = await r.json()
            self.token, self.refresh = tokens["access_token"], tokens["refresh_token"]
        for step, body in (("core_config", {}), ("analytics", {}), ("integration", {"client_id": CLIENT, "redirect_uri": CLIENT})):
            await self.post(f"/api/onboarding/{step}", body)
        await self.connect()

    async def _answers(self):
        try:
            async with self.http.get(self.url + "/api/onboarding") as r:
                return r.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    async def restart(self, meanwhile):
        """Stop Home Assistant in good order, do something meanwhile, and start it again."""
        await self.ws.close()
        await self.stop(signal.SIGTERM, 60)
        await meanwhile()
        self.states = {}
        self.launch()
        await until("Home Assistant answers again", self._takes_the_token, 120)
        await self.connect()

    async def _takes_the_token(self):
        try:
            return await self.get("/api/")
        except (aiohttp.ClientError, OSError, RuntimeError):
            return False

    async def post(self, path, body):
        """One POST of the REST interface."""
        return await self._rest("POST", path, body)

    async def get(self, path):
        """One GET of the REST interface."""
        return await self._rest("GET", path, None)

    async def delete(self, path):
        """One DELETE of the REST interface."""
        return await self._rest("DELETE", path, None)

    async def _rest(self, method, path, body):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.http.request(method, self.url + path, json=body, headers=headers) as r:
            text = await r.text()
            if r.status >= 300:
                raise RuntimeError(f"{method} {path}: {r.status} {text[:300]}")
            return await r.json()

    async def connect(self):
        """Open the WebSocket and follow every state."""
        self.ws = await self.http.ws_connect(self.url + "/api/websocket", max_msg_size=0)
        await self.ws.receive_json()
        await self.ws.send_json({"type": "auth", "access_token": self.token})
        answer = await self.ws.receive_json()
        if answer["type"] != "auth_ok":
            raise RuntimeError(f"Home Assistant refuses the token: {answer}")
        self.reader = asyncio.create_task(self._read())
        await self.call("subscribe_events", event_type="state_changed")
        self.states = {s["entity_id"]: s for s in await self.call("get_states")}

    async def _read(self):
        async for m in self.ws:
            if m.type != aiohttp.WSMsgType.TEXT:
                return
            data = m.json()
            if data["type"] == "event":
                self._changed(data["event"])
            elif (waiter := self.waiting.pop(data["id"], None)) and not waiter.done():
                waiter.set_result(data)

    def _changed(self, event):
        if event.get("event_type") != "state_changed":
            return
        entity, new = event["data"]["entity_id"], event["data"]["new_state"]
        self.changes.append((time.monotonic(), entity, new and new["state"]))
        if new is None:
            self.states.pop(entity, None)
        else:
            self.states[entity] = new

    async def call(self, kind, **body):
        """One command of the WebSocket and its result."""
        number, self.next = self.next, self.next + 1
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        await self.ws.send_json({"id": number, "type": kind, **body})
        data = await asyncio.wait_for(answer, 60)
        if not data["success"]:
            raise RuntimeError(f"{kind} {body}: {data['error']}")
        return data["result"]

    async def act(self, action, entity, **data):
        """One action on an entity, such as button.press."""
        domain, name = action.split(".")
        return await self.call("call_service", domain=domain, service=name, service_data=data, target={"entity_id": entity})

    async def add_mqtt(self, port, word):
        """Add the MQTT integration as its form asks."""
        flow = await self.post("/api/config/config_entries/flow", {"handler": "mqtt"})
        body = {"broker": "127.0.0.1", "port": port, "protocol": "3.1.1", "username": "home", "password": word,
                "other_settings": {"set_client_cert": False, "set_ca_cert": "off", "transport": "tcp"}}
        done = await self.post(f"/api/config/config_entries/flow/{flow['flow_id']}", body)
        if done["type"] != "create_entry":
            raise RuntimeError(f"the MQTT integration is not added: {done}")
        self.entry = done["result"]["entry_id"]

    async def reload_mqtt(self):
        """Reload the MQTT integration, as the button on its page does."""
        await self.post(f"/api/config/config_entries/entry/{self.entry}/reload", {})

    async def devices(self):
        """hubd's devices, by their identifier."""
        found = {}
        for d in await self.call("config/device_registry/list"):
            for domain, name in d["identifiers"]:
                if domain == "mqtt" and name.startswith("hubd_"):
                    found[name] = d
        return found

    async def entities(self):
        """hubd's entities, by their unique id."""
        ids = [e["entity_id"] for e in await self.call("config/entity_registry/list")
               if e["platform"] == "mqtt" and e["unique_id"].startswith("hubd_")]
        if not ids:
            return {}
        full = await self.call("config/entity_registry/get_entries", entity_ids=ids)
        return {e["unique_id"]: e for e in full.values() if e}  # one may have gone in between

    def state(self, entity):
        """The state of an entity; None where there is none."""
        s = self.states.get(entity)
        return s and s["state"]

    def attribute(self, entity, name):
        """One attribute of an entity."""
        return self.states.get(entity, {}).get("attributes", {}).get(name)

    def complaints(self):
        """Lines of Home Assistant's log, warning or worse, that have to do with MQTT, hubd or its blueprints."""
        lines = re.findall(r"^\S+ \S+ (?:WARNING|ERROR|CRITICAL) .*$", self.printed(), re.M)
        broker_away = "The connection was lost.|The client is not currently connected.|Connection reset by peer"  # true, when the checks restart the broker
        busy = r"Updating state for .* took [\d.]+ seconds"  # true of a machine that has other things to do
        return [x for x in lines if re.search(r"mqtt|hubd|e2e|helpers.template", x, re.I) and not re.search(f"{broker_away}|{busy}", x)]

    async def end(self):
        """Leave and stop Home Assistant."""
        if self.ws is not None:
            await self.ws.close()
        if self.http is not None:
            await self.http.close()
        await self.stop(signal.SIGTERM, 60)
