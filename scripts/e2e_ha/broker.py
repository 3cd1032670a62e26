"""A real mosquitto, with or without a memory."""

import os
import signal
import subprocess

from .process import Process, answers, free_port

PASSWORDS = {"hubd": "pw-hubd", "home": "pw-home", "watcher": "pw-watcher"}  # hubd's own is set by the hub


class Broker(Process):
    """mosquitto on a loopback port; each program has a password of its own."""

    def __init__(self, folder, passwords):
        super().__init__("mosquitto", os.path.join(folder, "mosquitto.log"))
        self.folder, self.port = os.path.join(folder, "mosquitto"), free_port()
        os.makedirs(self.folder)
        os.chmod(self.folder, 0o777)
        file = os.path.join(self.folder, "passwords")
        open(file, "w").close()
        for name, word in passwords.items():
            subprocess.run(["mosquitto_passwd", "-b", file, name, word], check=True, capture_output=True)
        os.chmod(file, 0o600)

    async def begin(self, remembers):
        """Start it. Without a memory a restart loses every retained message, as `persistence false` does."""
        config = os.path.join(self.folder, "mosquitto.conf")
        with open(config, "w") as f:
            f.write(f"user root\nlistener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {self.folder}/passwords\n"
                    f"persistence {'true' if remembers else 'false'}\npersistence_location {self.folder}/\nlog_dest stderr\n")
        self.start(["/usr/sbin/mosquitto", "-c", config])
        await answers(self.port)

    async def restart(self, remembers):
        """A restart in good order: mosquitto writes what it remembers when it ends."""
        await self.stop(signal.SIGTERM)
        await self.begin(remembers)
