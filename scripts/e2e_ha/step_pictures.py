"""Pictures of hubd's devices and dashboard in Home Assistant, taken by a headless Chromium."""

import asyncio
import base64
import json
import os
import time

import aiohttp

from .home import CLIENT
from .process import Process, answers, free_port
from .step_controls import begin_together, id_of, press
from .waiting import until

WIDTH, HEIGHT, MOST = 1100, 900, 200_000  # pixels and bytes


class Browser(Process):
    """A Chromium with one page, driven by its own debugging interface."""

    def __init__(self, e):
        super().__init__("Chromium", e.path("chromium.log"))
        self.port, self.number, self.profile = free_port(), 0, e.path("chromium")

    async def open(self, http):
        """Start it and take its page."""
        self.start(["/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                    f"--window-size={WIDTH},{HEIGHT}", f"--user-data-dir={self.profile}", f"--remote-debugging-port={self.port}", "about:blank"])
        await answers(self.port, 60)
        async with http.get(f"http://127.0.0.1:{self.port}/json/list") as r:
            page = next(t for t in await r.json(content_type=None) if t["type"] == "page")
        self.ws = await http.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0)

    async def do(self, method, **params):
        """One command and its result."""
        self.number += 1
        await self.ws.send_json({"id": self.number, "method": method, "params": params})
        async with asyncio.timeout(60):
            async for m in self.ws:
                data = m.json() if m.type == aiohttp.WSMsgType.TEXT else {}
                if data.get("id") == self.number:
                    return data.get("result", {})
        raise ConnectionError("Chromium has left")

    async def show(self, url, seconds):
        """Open a page and give it time to draw: nothing tells when Home Assistant's is complete."""
        await self.do("Page.navigate", url=url)
        await asyncio.sleep(seconds)

    async def picture(self, file):
        """Write what is shown as a PNG and give its size."""
        shot = await self.do("Page.captureScreenshot", format="png")
        data = base64.b64decode(shot["data"])
        with open(file, "wb") as f:
            f.write(data)
        return len(data)


async def pictures(e):
    """The room's device, a wearer's device, and the dashboard, during a session."""
    os.makedirs(e.path("pictures"))
    await begin_together(e)
    await e.home.act("select.select_option", id_of("room", "scene"), option="reading")
    await until("a breathing rate", lambda: e.home.state(id_of("a", "breathing")) not in ("unknown", "unavailable", None), 90)
    b = Browser(e)
    try:
        await b.open(e.home.http)
        await b.show(e.home.url + "/manifest.json", 1)
        tokens = {"access_token": e.home.token, "refresh_token": e.home.refresh, "token_type": "Bearer", "expires_in": 1800, "hassUrl": e.home.url,
                  "clientId": CLIENT, "expires": int(time.time() * 1000) + 1_700_000}
        await b.do("Runtime.evaluate", expression=f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(tokens))});"
                   "localStorage.setItem('dockedSidebar', '\"always_hidden\"')")
        devices = await e.home.devices()
        pages = {"ha-room": f"/config/devices/device/{devices['hubd_e2e']['id']}", "ha-wearer": f"/config/devices/device/{devices['hubd_e2e_a']['id']}"}
        if os.path.exists(os.path.join(e.home.config, "dashboard.yaml")):
            pages["ha-dashboard"] = "/hubd-room/room"
        for name, page in pages.items():
            await b.show(e.home.url + page, 12)
            size = await b.picture(e.path("pictures", name + ".png"))
            e.figure(f"{name}.png: {size // 1000} kB")
            e.check(size <= MOST, f"{name}.png has {size} bytes, want {MOST} at most")
    finally:
        b.kill()
        await press(e, "room", "end_session")
        await press(e, "room", "end_session")


STEPS = [("pictures", pictures)]
