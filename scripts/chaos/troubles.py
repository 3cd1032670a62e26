"""What a home does to a hub: each trouble begins, lasts and ends, and nothing else."""

import contextlib
import json
import random
import signal
import subprocess
import threading

from .clock import possible
from .world import SPACE, run

DAY = 24 * 60 * 60


@contextlib.contextmanager
def broker_gone(w):
    """The broker is killed, and there again later."""
    w.stop_broker()
    yield
    w.start_broker()


@contextlib.contextmanager
def broker_hangs(w):
    """The broker takes everything and answers nothing."""
    w.broker.send_signal(signal.SIGSTOP)
    yield
    w.broker.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def network_parted(_):
    """Nothing passes between hubd and the broker, and nobody is told."""
    run("ip", "netns", "exec", SPACE, "ip", "link", "set", "inner", "down")
    yield
    run("ip", "netns", "exec", SPACE, "ip", "link", "set", "inner", "up")


def sensor(kind):
    """Both chips fail in one of the ways they can."""

    @contextlib.contextmanager
    def fails(w):
        for chip in ("adc", "skin"):
            w.send("hubd/chaos/sim/set/fault", json.dumps({"chip": chip, "kind": kind, "seconds": w.seconds}))
        yield

    fails.__name__ = f"sensor_{kind}"
    return fails


@contextlib.contextmanager
def disk_full(w):
    """Not a byte is left on the disk."""
    subprocess.run(["dd", "if=/dev/zero", f"of={w.disk}/filler", "bs=64k"], check=False, stderr=subprocess.DEVNULL)
    yield
    (w.disk / "filler").unlink()


@contextlib.contextmanager
def disk_hangs(w):
    """Every write waits, to the end."""
    run("fsfreeze", "-f", str(w.disk))
    yield
    run("fsfreeze", "-u", str(w.disk))


@contextlib.contextmanager
def disk_slow(w):
    """Writes wait for up to two seconds, again and again."""
    over = threading.Event()

    def stutter():
        while not over.wait(0.1):
            run("fsfreeze", "-f", str(w.disk))
            over.wait(random.uniform(0.5, 2))
            run("fsfreeze", "-u", str(w.disk))

    worker = threading.Thread(target=stutter)
    worker.start()
    yield
    over.set()
    worker.join()


@contextlib.contextmanager
def hubd_stands_still(w):
    """hubd gets no processor time."""
    w.hubd.send_signal(signal.SIGSTOP)
    yield
    w.hubd.send_signal(signal.SIGCONT)


def clock(days):
    """hubd's clock is set by whole days, and later to the true time."""

    @contextlib.contextmanager
    def wrong(w):
        w.clock.set(days * DAY)
        yield
        w.clock.set(0)

    wrong.__name__ = "clock_a_day_fast" if days > 0 else "clock_a_day_slow"
    return wrong


def troubles():
    """Each with the shortest and the longest time that it lasts, in seconds."""
    kinds = {
        broker_gone: (3, 25), broker_hangs: (5, 30), network_parted: (5, 60), disk_full: (12, 20), disk_hangs: (5, 20), disk_slow: (10, 20),
        hubd_stands_still: (30, 30), sensor("nack"): (3, 15), sensor("stuck"): (3, 15), sensor("frozen"): (5, 15), sensor("unplugged"): (3, 15),
    }
    if possible():
        kinds |= {clock(1): (8, 20), clock(-1): (8, 20)}
    return kinds
