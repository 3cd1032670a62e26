"""Everything that runs together, and the list of what was found."""

import asyncio
import os
import secrets
import time
import traceback

from .broker import Broker
from .home import Home
from .hub import Hub
from .process import answers
from .watcher import Watcher, retained
from .waiting import NotSo


class Evening:
    """Broker, hub, Home Assistant and a watcher on one machine."""

    def __init__(self, folder):
        self.folder, self.canary = folder, "canary" + secrets.token_hex(8)
        self.words = {"hubd": self.canary, "home": secrets.token_hex(8), "watcher": secrets.token_hex(8)}
        self.broker = Broker(folder, self.words)
        self.hub = Hub(folder, self.broker.port, self.canary)
        self.home = Home(folder)
        self.ears = Watcher(self.broker.port, "watcher", self.words["watcher"])
        self.failures, self.done, self.figures, self.step = [], [], [], ""

    def check(self, ok, text):
        """Note what is not as it should be, and go on."""
        if not ok:
            self.failures.append((self.step, text))
            print(f"    NOT SO: {text}", flush=True)
        return ok

    def same(self, what, have, want):
        """Compare and note."""
        return self.check(have == want, f"{what}: want {want!r}, have {have!r}")

    def figure(self, text):
        """Note a measured figure."""
        self.figures.append((self.step, text))
        print(f"    {text}", flush=True)

    async def run(self, name, act):
        """One step. What fails in it is noted; the next step begins all the same."""
        self.step, began = name, time.monotonic()
        print(f"{name} …", flush=True)
        before = len(self.failures)
        try:
            await act(self)
        except NotSo as e:
            self.check(False, str(e))
        except Exception:  # whatever it is, it belongs into the report
            self.check(False, traceback.format_exc())
        took = time.monotonic() - began
        self.done.append((name, took, len(self.failures) == before))
        print(f"    {'ok' if len(self.failures) == before else 'FAILED'} in {took:.1f} s", flush=True)

    async def kept(self, *filters):
        """What the broker keeps under these filters."""
        return await retained(self.broker.port, self.words["watcher"], *filters)

    async def begin(self):
        """Start everything, Home Assistant and hubd at the same time."""
        await self.broker.begin(remembers=False)
        self.home.launch()
        self.hub.begin("two-people")
        await self.ears.ready()
        await self.hub.up()
        await self.home.begin()
        await answers(self.broker.port)
        await self.home.add_mqtt(self.broker.port, self.words["home"])

    async def end(self):
        """Stop everything that still runs."""
        try:
            if self.home.ws is not None and not self.home.ws.closed:
                await self.home.end()
        finally:
            self.ears.close()
            for p in (self.hub, self.home, self.broker):
                p.kill()
            await asyncio.sleep(0)

    def path(self, *parts):
        """A path in the folder of this run."""
        return os.path.join(self.folder, *parts)
