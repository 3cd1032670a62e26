"""Everything round a hubd that is abused: a broker behind a network of its own, a small disk, and hubd itself on simulated chips."""

import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import time

from .clock import Clock, possible

SPACE, OUTSIDE, INSIDE, PAGE = "hubd-chaos", "10.231.77.1", "10.231.77.2", ("127.0.0.1", 18484)
# Two buses: a single simulated one has a clock that waits for its reader, and hubd would miss nothing while it stands still.
CONFIG = """
hub: {{id: chaos}}
mqtt: {{url: "mqtt://{inside}:18883", insecure: true}}
buses: {{main: {{i2c: "1"}}, other: {{i2c: "3"}}}}
chips: {{adc: {{kind: ads1115, bus: main, address: 0x48}}, skin: {{kind: ads1115, bus: other, address: 0x48}}}}
wearers:
  - {{id: a, share: full, keep: journal, start_from: [boot, mqtt], pulse: {{chip: adc, channel: 0, kind: ppg}}, eda: {{chip: skin, channel: 1, kind: grove}}}}
room: {{private: false, lamps: [{{id: bed, dialect: wled, topic: wled/bed}}]}}
history: {{path: {disk}/history.db, commit_s: 10}}
web: {{listen: "{page}"}}
"""


def run(*command):
    """A command that must work."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Local(http.client.HTTPConnection):
    """HTTP on hubd's local socket."""

    def __init__(self, path):
        super().__init__("hubd", timeout=5)
        self.path = path

    def connect(self):
        """Reach the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(self.path)


class World:
    """All of it; end() takes it down whatever happened."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.disk, self.socket, self.log = self.folder / "disk", str(self.folder / "s"), self.folder / "hubd.log"
        self.broker = self.listener = self.hubd = self.clock = None
        self.seconds = 0  # that the trouble of the moment lasts

    def begin(self):
        """Build the network and the disk, then start the broker, somebody who listens, and hubd."""
        run("ip", "netns", "add", SPACE)
        run("ip", "link", "add", "hubdchaos", "type", "veth", "peer", "name", "inner", "netns", SPACE)
        run("ip", "addr", "add", f"{OUTSIDE}/30", "dev", "hubdchaos")
        run("ip", "link", "set", "hubdchaos", "up")
        for command in (["ip", "addr", "add", f"{INSIDE}/30", "dev", "inner"], ["ip", "link", "set", "inner", "up"], ["ip", "link", "set", "lo", "up"]):
            run("ip", "netns", "exec", SPACE, *command)
        self.disk.mkdir()
        with open(self.folder / "image", "wb") as f:
            f.truncate(24 << 20)
        run("mke2fs", "-q", "-t", "ext4", str(self.folder / "image"))
        run("mount", "-o", "loop", str(self.folder / "image"), str(self.disk))
        (self.folder / "config.yaml").write_text(CONFIG.format(inside=INSIDE, disk=self.disk, page="%s:%d" % PAGE))
        (self.folder / "mosquitto.conf").write_text(f"listener 18883 {INSIDE}\nlistener 18883 127.0.0.1\nallow_anonymous true\nuser root\n")
        self.start_broker()
        with open(self.log, "wb") as log:
            # By the clock before all else: sensors wait for nobody, and a test machine may have other work.
            self.hubd = subprocess.Popen(["chrt", "--rr", "1", "./bin/hubd", "run", "--config", str(self.folder / "config.yaml"), "--socket", self.socket, "--simulate", "rest"], stderr=log)

    def settle(self):
        """What needs a hubd that runs: its clock, and a session of a's that begins with a rest, so that there is a state to be right."""
        self.clock = Clock(self.hubd.pid) if possible() else None
        self.command("start", "alone", "--wearer", "a")
        self.send("hubd/chaos/a/set/rest_start", "PRESS")

    def start_broker(self):
        """Start the broker inside its own network, and somebody there who writes down what hubd tells of a."""
        inside = ["ip", "netns", "exec", SPACE]
        self.broker = subprocess.Popen([*inside, "mosquitto", "-c", str(self.folder / "mosquitto.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        with open(self.folder / "heard", "ab") as out:
            self.listener = subprocess.Popen([*inside, "mosquitto_sub", "-h", "127.0.0.1", "-p", "18883", "-t", "hubd/chaos/a/#", "-v"], stdout=out, stderr=subprocess.DEVNULL)

    def stop_broker(self):
        """Kill both."""
        for process in (self.listener, self.broker):
            process.kill()
            process.wait(10)

    def send(self, topic, payload):
        """Send one message to hubd through the broker."""
        run("ip", "netns", "exec", SPACE, "mosquitto_pub", "-h", "127.0.0.1", "-p", "18883", "-t", topic, "-m", payload)

    def ask(self):
        """What Home Assistant says when it comes up: hubd then tells everything anew, also of a body in which nothing has changed for long."""
        self.send("homeassistant/status", "online")

    def command(self, *words):
        """One of hubd's own commands."""
        run("./bin/hubd", *words, "--socket", self.socket)

    def status(self):
        """What hubd says of itself; nothing where it does not answer."""
        connection = Local(self.socket)
        try:
            connection.request("GET", "/api/status")
            return json.load(connection.getresponse())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def heard(self):
        """How much of a's state the listener has heard, and the last of it."""
        said = [line for line in (self.folder / "heard").read_bytes().split(b"\n")[:-1] if b"/a/state " in line]
        return len(said), json.loads(said[-1].split(b" ", 1)[1]) if said else {}

    def held(self):
        """What hubd holds: its own meters, and the threads that the kernel counts."""
        page = http.client.HTTPConnection(*PAGE, timeout=5)
        page.request("GET", "/metrics")
        lines = page.getresponse().read().decode().splitlines()
        page.close()
        meters = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        meters["threads"] = re.search(r"Threads:\s+(\d+)", pathlib.Path(f"/proc/{self.hubd.pid}/status").read_text())[1]
        return {name: float(value) for name, value in meters.items() if name != "hubd_build_info"}

    def leave(self):
        """End hubd as a user would; what it answers, or nothing where it does not end in time."""
        self.hubd.send_signal(signal.SIGTERM)
        try:
            return self.hubd.wait(15)
        except subprocess.TimeoutExpired:
            return None

    def end(self):
        """Take everything down."""
        for process in (self.hubd, self.listener, self.broker):
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(10)
        subprocess.run(["fsfreeze", "-u", str(self.disk)], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["umount", "-l", str(self.disk)], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "link", "del", "hubdchaos"], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "netns", "del", SPACE], check=False, stderr=subprocess.DEVNULL)
