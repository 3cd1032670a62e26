"""hubd itself, on simulated chips."""

import json
import os
import signal
from datetime import datetime, timedelta

import aiohttp

from .process import Process
from .waiting import until

CONFIG = """
hub: {{id: {id}, name: {name}}}
mqtt: {{url: "mqtt://127.0.0.1:{port}", username: hubd, password_file: password}}
buses: {{main: {{i2c: "1"}}}}
chips:
  adc-a: {{kind: ads1115, bus: main, address: 0x48, supply_v: 3.3}}
  adc-b: {{kind: ads1115, bus: main, address: 0x49, supply_v: 3.3}}
wearers:
{wearers}
room:
  private: {private}
  scenes:
    reading: {{light: {{brightness_percent: 40, kelvin: 2700}}}}
    dim: {{light: {{brightness_percent: 5, kelvin: 2200}}}}
    pause: {{light: {{brightness_percent: 30, kelvin: 2200}}}}
  quiet_hours: {{from: "{quiet:%H:00}", to: "{quiet:%H:01}"}}
history: {{path: {state}/history.db}}
web: {{listen: none}}
log: {{level: info}}
"""

WEARER = """  - id: {id}
    name: {name}
    share: {share}
    keep: journal
    start_from: [boot, mqtt]
{pair}    pulse: {{chip: adc-{chip}, channel: 0, kind: ppg, rate_hz: 250, full_scale_v: 4.096}}
    eda: {{chip: adc-{chip}, channel: 1, kind: grove, rate_hz: 25, full_scale_v: 4.096}}
    comfort: {{steady: false}}
"""


class Hub(Process):
    """A hub with two wearers, or fewer; what is changed holds from the next start."""

    def __init__(self, folder, port, canary):
        super().__init__("hubd", os.path.join(folder, "hubd.log"))
        self.program, self.folder, self.port, self.canary = os.path.join(folder, "hubd"), os.path.join(folder, "hub"), port, canary
        self.socket = os.path.join(self.folder, "s")
        self.id, self.name, self.private = "e2e", "Bedroom", False
        self.names, self.shares, self.wearers = {"a": "a", "b": "b"}, {"a": "full", "b": "full"}, ["a", "b"]
        os.makedirs(self.folder)
        self._write("password", canary)

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def _wearer(self, i):
        other = {"a": "b", "b": "a"}[i]
        pair = f"    pair: {other}\n" if other in self.wearers else ""
        return WEARER.format(id=i, name=self.names[i], share=self.shares[i], chip=i, pair=pair)

    def begin(self, scenario):
        """Start the daemon on a scenario."""
        wearers = "".join(self._wearer(i) for i in self.wearers)
        text = CONFIG.format(id=self.id, name=self.name, port=self.port, wearers=wearers, private=str(self.private).lower(),
                             state=f"state-{self.canary}", quiet=datetime.now() + timedelta(hours=12))  # at no hour of these checks
        config = self._write("config.yaml", text)
        self.start([self.program, "run", "--config", config, "--socket", self.socket, "--simulate", scenario])

    async def end(self, how=signal.SIGTERM):
        """Stop the daemon."""
        await self.stop(how)

    def topic(self, *parts):
        """A topic of this hub."""
        return "/".join(("hubd", self.id) + parts)

    async def ask(self, method, path, body=None):
        """One request at the local socket, as hubd's own commands make it."""
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(self.socket)) as s:
            async with s.request(method, "http://hubd" + path, data=body) as r:
                return r.status, json.loads(await r.text() or "{}")

    async def status(self):
        """What hubd says of itself."""
        return (await self.ask("GET", "/api/status"))[1]

    async def up(self):
        """Wait until the daemon answers."""
        async def tries():
            try:
                return await self.status()
            except (aiohttp.ClientError, OSError, ValueError):
                return None
        return await until("hubd answers on its socket", tries)
