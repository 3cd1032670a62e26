"""Rounds of trouble at random, and after each whether all is right within ten seconds: python3 -m chaos FOLDER ROUNDS SEED."""

import random
import statistics
import sys
import time

from .leaks import leaks
from .troubles import hubd_stands_still, troubles
from .world import World

WITHIN = 10  # seconds after a trouble's end
LEARNT = 400  # seconds, at most, until a's own rest is known and a's state has a name
RATE = 12  # beats a minute that a heart rate may differ from before


def wrong(w, before, paused, heard):
    """What is not yet as it should be."""
    if w.hubd.poll() is not None:
        return f"hubd ended with {w.hubd.returncode}"
    s = w.status()
    if s is None:
        return "the socket does not answer"
    if [x["status"] for x in s["wearers"]] != ["paused" if paused else "online"]:
        return f"a is {s['wearers']}, paused: {paused}"
    if s["session"] != "alone":
        return f"the session is {s['session']}"
    if not s["broker"]["connected"]:
        return "the broker is not connected"
    if any(x["fault"] for x in s["sources"]):
        return f"a source is silent: {s['sources']}"
    if s["storage"]["settings"] or s["storage"]["history"]:
        return f"storage: {s['storage']}"
    return told(w, before, paused, heard)


def told(w, before, paused, heard):
    """What is wrong with what others are told of a."""
    count, said = w.heard()
    if paused:
        return "" if said.get("heart_rate_bpm") is None else f"a is paused, and told is {said}"
    if count <= heard:
        return "nothing of a is told"
    if not said["contact"] or said["problem"] or said["heart_rate_bpm"] is None:
        return f"told of a is {said}"
    if before and said["state"] == "unknown":
        return f"a's state is unknown: {said['unknown_reason']}"
    if before and abs(said["heart_rate_bpm"] - before) > RATE:
        return f"a's heart rate is {said['heart_rate_bpm']}, and was {before}"
    return ""


def right_within(w, before, paused, within=WITHIN):
    """Wait for everything to be right; what is wrong at last, and how long it took."""
    began, (heard, _) = time.monotonic(), w.heard()
    while True:
        problem = wrong(w, before, paused, heard)
        took = time.monotonic() - began
        if not problem or took > within:
            return problem, took
        time.sleep(0.1)


def soon(looks, within):
    """Whether something holds within so many seconds."""
    end = time.monotonic() + within
    while not looks():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def one(w, chance, trouble, lasts):
    """One round. While the disk, the broker or the network is gone, somebody may also pause: that must last, until a resumes afterwards."""
    before, paused = w.heard()[1].get("heart_rate_bpm"), False
    w.seconds = round(chance.uniform(*lasts), 1)
    with trouble(w):
        if trouble is not hubd_stands_still and chance.random() < 0.25:
            w.command("pause")
            paused = True
        time.sleep(w.seconds)
    problem, took = right_within(w, before, paused)
    if problem:
        still, later = right_within(w, before, paused, 60)
        took += later
        problem += f"; {'still not right' if still else 'right'} after {took:.1f} s"
    name = trouble.__name__.replace("_", " ")
    print(f"{'FAIL' if problem else 'ok  '} {name} for {w.seconds} s{', paused' if paused else ''}: {problem or f'right after {took:.1f} s'}", flush=True)
    if paused:
        w.command("resume", "--wearer", "a")
        right_within(w, None, False, 60)
    return name, paused, w.seconds, took, problem


def table(rounds):
    """Print each trouble's count, how long it lasted in all, and the slowest recovery."""
    print(f"\n{'trouble':20} {'rounds':>6} {'paused':>6} {'lasted s':>9} {'median right s':>15} {'slowest right s':>16} {'failed':>7}")
    for name in sorted({r[0] for r in rounds}) + ["all"]:
        of = [r for r in rounds if name in (r[0], "all")]
        took = [r[3] for r in of]
        print(f"{name:20} {len(of):6} {sum(r[1] for r in of):6} {sum(r[2] for r in of):9.0f} {statistics.median(took):15.1f} {max(took):16.1f} {sum(bool(r[4]) for r in of):7}")


def abuse(w, count, chance):
    """All rounds, and what hubd held after each."""
    kinds, rounds, held = troubles(), [], []
    order = list(kinds)
    for n in range(count):
        if n % len(order) == 0:
            chance.shuffle(order)
        trouble = order[n % len(order)]
        rounds.append(one(w, chance, trouble, kinds[trouble]))
        if w.hubd.poll() is not None:
            break
        held.append((time.monotonic(), w.held()))
    return rounds, held


def main(folder, count, seed):
    """All of it; 1 where anything went wrong."""
    chance, w = random.Random(int(seed)), World(folder)
    try:
        w.begin()
        if not soon(w.status, 30):
            sys.exit("chaos: hubd does not answer")
        w.settle()
        problem, _ = right_within(w, None, False, 60)
        if problem:
            sys.exit(f"chaos: nothing is right before anything is wrong: {problem}")
        if not soon(lambda: w.heard()[1].get("state") not in (None, "unknown"), LEARNT):
            sys.exit(f"chaos: a's state has no name after a rest: {w.heard()[1]}")
        print(f"before: {w.heard()[1]}", flush=True)
        rounds, held = abuse(w, int(count), chance)
        failed = sum(bool(r[4]) for r in rounds)
        table(rounds)
        for name in leaks(held):
            failed += 1
            print(f"FAIL {name} grow")
    finally:
        w.end()
    print(f"\n{len(rounds)} rounds, seed {seed}, one process from begin to end: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
