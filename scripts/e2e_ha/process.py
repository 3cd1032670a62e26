"""Programs that run beside the checks."""

import asyncio
import os
import signal
import socket
import subprocess
import time

from .waiting import until


def free_port():
    """A loopback port that is free now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Process:
    """One program, its log file, and its end."""

    def __init__(self, name, log):
        self.name, self.log, self.running = name, log, None

    def start(self, command, **environment):
        """Start it; what it prints goes behind what it printed before."""
        environment = {**os.environ, **environment}
        for taken in ("NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"):
            environment.pop(taken, None)
        with open(self.log, "ab") as out:
            self.running = subprocess.Popen(command, stdout=out, stderr=out, env=environment)

    async def stop(self, how=signal.SIGTERM, within=20):
        """Send a signal and wait for the end. One that has ended already is left alone."""
        if self.running is None or self.running.poll() is not None:
            return
        self.running.send_signal(how)
        await until(f"{self.name} ends on {how.name}", lambda: self.running.poll() is not None, within)

    def kill(self):
        """End it at once, whatever happens: the last resort of the checker's own end."""
        if self.running is not None and self.running.poll() is None:
            self.running.kill()
            self.running.wait(10)

    def printed(self):
        """All that it has printed, over all its runs."""
        try:
            with open(self.log, errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def resident_mb(self):
        """Memory in use, in MB."""
        with open(f"/proc/{self.running.pid}/status") as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise ProcessLookupError(self.name)


async def answers(port, within=20):
    """Wait until a port of this machine takes connections."""
    async def tries():
        try:
            _, w = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        w.close()
        return True
    began = time.monotonic()
    await until(f"port {port} answers", tries, within)
    return time.monotonic() - began
