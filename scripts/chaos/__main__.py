"""Rounds of trouble at random, and after each whether all is right within ten seconds: python3 -m chaos FOLDER ROUNDS SEED."""

import contextlib
import json
import random
import signal
import statistics
import subprocess
import sys
import time

from .world import SPACE, World, run

WITHIN = 10  # seconds after a trouble's end


@contextlib.contextmanager
def broker_gone(w, _):
    """The broker is killed, and there again later."""
    w.stop_broker()
    yield
    w.start_broker()


@contextlib.contextmanager
def broker_hangs(w, _):
    """The broker takes everything and answers nothing."""
    w.broker.send_signal(signal.SIGSTOP)
    yield
    w.broker.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def network_parted(w, _):
    """Nothing passes between hubd and the broker, and nobody is told."""
    run("ip", "netns", "exec", SPACE, "ip", "link", "set", "inner", "down")
    yield
    run("ip", "netns", "exec", SPACE, "ip", "link", "set", "inner", "up")


@contextlib.contextmanager
def sensor_fails(w, chance):
    """The chip fails in one of the ways it can."""
    w.send("hubd/chaos/sim/set/fault", json.dumps({"chip": "adc", "kind": chance.choice(["nack", "stuck", "frozen", "unplugged"]), "seconds": w.seconds}))
    yield


@contextlib.contextmanager
def disk_full(w, _):
    """Not a byte is left on the disk."""
    subprocess.run(["dd", "if=/dev/zero", f"of={w.disk}/filler", "bs=64k"], check=False, stderr=subprocess.DEVNULL)
    yield
    (w.disk / "filler").unlink()


@contextlib.contextmanager
def disk_hangs(w, _):
    """Every write waits."""
    run("fsfreeze", "-f", str(w.disk))
    yield
    run("fsfreeze", "-u", str(w.disk))


@contextlib.contextmanager
def hubd_stands_still(w, _):
    """hubd gets no processor time."""
    w.hubd.send_signal(signal.SIGSTOP)
    yield
    w.hubd.send_signal(signal.SIGCONT)


TROUBLES = {
    broker_gone: 15, broker_hangs: 20, network_parted: 20, sensor_fails: 10, disk_full: 15, disk_hangs: 15, hubd_stands_still: 30,
}  # each with how long it lasts, in seconds


def wrong(w, paused, heard):
    """What is not yet as it should be."""
    if w.hubd.poll() is not None:
        return f"hubd ended with {w.hubd.returncode}"
    s = w.status()
    if s is None:
        return "the socket does not answer"
    if [x["status"] for x in s["wearers"]] != ["paused" if paused else "online"]:
        return f"a is {s['wearers']}, paused: {paused}"
    if not s["broker"]["connected"]:
        return "the broker is not connected"
    if any(x["fault"] for x in s["sources"]):
        return f"a source is silent: {s['sources']}"
    if s["storage"]["settings"]:
        return f"settings: {s['storage']['settings']}"
    if not paused and w.heard() <= heard:
        return "nothing of a is told"
    return ""


def right_within(w, paused):
    """Wait for everything to be right; what is wrong at last, and how long it took."""
    began, heard = time.monotonic(), w.heard()
    while True:
        problem = wrong(w, paused, heard)
        took = time.monotonic() - began
        if not problem or took > WITHIN:
            return problem, took
        time.sleep(0.1)


def one(w, chance, trouble, paused):
    """One round. While the disk, the broker or the network is gone, somebody may also pause: that must last."""
    w.seconds = TROUBLES[trouble]
    with trouble(w, chance):
        if not paused and trouble is not hubd_stands_still and chance.random() < 0.4:
            w.command("pause")
            paused = True
        time.sleep(w.seconds)
    problem, took = right_within(w, paused)
    print(f"{'FAIL' if problem else 'ok  '} {trouble.__name__.replace('_', ' ')} for {w.seconds} s{', paused' if paused else ''}: {problem or f'right after {took:.1f} s'}", flush=True)
    return not problem, paused


def leaks(held):
    """What grew from the first third of the rounds to the last."""
    third = max(1, len(held) // 3)
    grown = []
    for name, i, more in (("open files", 0, 2), ("threads", 1, 6), ("memory in KiB", 2, 1024)):
        before, after = (statistics.median(h[i] for h in part) for part in (held[:third], held[-third:]))
        print(f"{name}: {before:g} in the first third of the rounds, {after:g} in the last")
        if after - before > more:
            grown.append(name)
    return grown


def main(folder, rounds, seed):
    """All rounds; how many went wrong."""
    chance, w, held, failed, paused = random.Random(int(seed)), World(folder), [], 0, False
    try:
        w.begin()
        problem, _ = right_within(w, False)
        if problem:
            sys.exit(f"chaos: nothing is right before anything is wrong: {problem}")
        troubles = list(TROUBLES)
        for n in range(int(rounds)):
            if n % len(troubles) == 0:
                chance.shuffle(troubles)
            well, paused = one(w, chance, troubles[n % len(troubles)], paused)
            failed += not well
            held.append(w.held())
            if paused:
                w.command("resume", "--wearer", "a")
                paused = False
        for name in leaks(held):
            failed += 1
            print(f"FAIL {name} grow")
    finally:
        w.end()
    print(f"{rounds} rounds, seed {seed}: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
