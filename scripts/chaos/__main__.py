"""Rounds of trouble at random, and after each whether all is right within ten seconds: python3 -m chaos FOLDER ROUNDS SEED."""

import dataclasses
import random
import signal
import statistics
import sys
import time

from .leaks import leaks
from .troubles import hubd_stands_still, troubles
from .world import World

WITHIN = 10  # seconds after a trouble's end, until all is right
# Seconds, at most, in which the next trouble waits for a's state to have a name again. How long that takes is told and not judged: beats must come
# first where samples were missing, a name must last, and a busy machine may lose samples on its own. In virtual time it is judged:
# hub's TestHoursOfTroubleLeaveTheStateRight.
NAMED = 20
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
    if not paused and any(x["fault"] for x in s["sources"]):  # nobody looks at a chip in a pause, nor sees that it is well again
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
    if not said["contact"] or said["problem"]:
        return f"told of a is {said}"
    rate = said["heart_rate_bpm"]
    return "" if before is None or rate is not None and abs(rate - before) <= RATE else f"a's heart rate was {before}, told of a is {said}"


def whole(said):
    """Whether a state has its name and a heart rate."""
    return said.get("state") not in (None, "unknown") and said.get("heart_rate_bpm") is not None


def named_within(w, within):
    """Wait for a's heart rate and the name of a's state; how long it took, or nothing."""
    began = time.monotonic()
    return time.monotonic() - began if soon(lambda: whole(w.heard()[1]), within) else None


def right_within(w, before, paused, within=WITHIN):
    """Wait for everything to be right; what is wrong at last, and how long it took."""
    began, (heard, _) = time.monotonic(), w.heard()
    w.ask()
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
    blind = trouble is hubd_stands_still or trouble.__name__.startswith("sensor")  # no other trouble may cost a single beat
    problem, took = right_within(w, None if blind else before, paused)
    if problem:
        still, later = right_within(w, None if blind else before, paused, 60)
        took += later
        problem += f"; {'still not right' if still else 'right'} after {took:.1f} s"
    if paused:
        w.command("resume", "--wearer", "a")
        back, _ = right_within(w, None, False)
        problem = problem or back and f"after a's resume: {back}"
    more = named_within(w, NAMED)
    done = Round(trouble.__name__.replace("_", " "), paused, w.seconds, took, None if paused or more is None else took + more, problem)
    print(done, flush=True)
    return done


@dataclasses.dataclass
class Round:
    """What one round was, and how it went. Times in seconds; named: nothing where a was paused, or had no name for long."""

    name: str
    paused: bool
    lasted: float
    took: float
    named: float | None
    problem: str

    def __str__(self):
        named = f", named after {self.named:.1f} s" if self.named else ""
        well = self.problem or f"right after {self.took:.1f} s{named}"
        return f"{'FAIL' if self.problem else 'ok  '} {self.name} for {self.lasted} s{', paused' if self.paused else ''}: {well}"


def table(rounds):
    """Print each trouble's count, how long it lasted in all, and the slowest recovery."""
    print(f"\n{'trouble':20} {'rounds':>6} {'paused':>6} {'lasted s':>9} {'right s: median':>16} {'slowest':>8} {'named s: slowest':>17} {'failed':>7}")
    for name in sorted({r.name for r in rounds}) + ["all"]:
        of = [r for r in rounds if name in (r.name, "all")]
        took = [r.took for r in of]
        print(f"{name:20} {len(of):6} {sum(r.paused for r in of):6} {sum(r.lasted for r in of):9.0f} {statistics.median(took):16.1f} {max(took):8.1f} "
              f"{max([r.named for r in of if r.named], default=0):17.1f} {sum(bool(r.problem) for r in of):7}")


def abuse(w, count, chance):
    """All rounds, and what hubd held after each."""
    kinds, rounds, held = troubles(), [], []
    if w.clock is None:
        print("hubd's clock is not set here: that is known for x86_64 alone")
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


def aftermath(w, held):
    """What is wrong after all of it: what grew or was lost, and whether hubd ends as it should."""
    wrongs = [f"{name} grow" for name in leaks(held)]
    for name in ("hubd_rows_dropped_total", "hubd_blocks_dropped_total", "hubd_broker_reconnects_total", "hubd_commit_slowest_seconds"):
        print(f"{name:30} {held[-1][1][name]:8g}")
    if held[-1][1]["hubd_rows_dropped_total"]:
        wrongs.append("rows of history were dropped")
    if (answer := w.leave()) != 0:
        wrongs.append(f"hubd ends with {answer}")
    return wrongs


def main(folder, count, seed):
    """All of it; 1 where anything went wrong."""
    chance, w = random.Random(int(seed)), World(folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is taken down
    try:
        w.begin()
        if not soon(w.status, 30):
            sys.exit("chaos: hubd does not answer")
        w.settle()
        problem, _ = right_within(w, None, False, 60)
        if problem:
            sys.exit(f"chaos: nothing is right before anything is wrong: {problem}")
        if not soon(lambda: whole(w.heard()[1]), LEARNT):
            sys.exit(f"chaos: a's state has no name after a rest: {w.heard()[1]}")
        print(f"before: {w.heard()[1]}", flush=True)
        rounds, held = abuse(w, int(count), chance)
        table(rounds)
        wrongs = aftermath(w, held) if held else ["hubd did not live"]
        for name in wrongs:
            print(f"FAIL {name}")
        failed = sum(bool(r.problem) for r in rounds) + len(wrongs)
    finally:
        w.end()
    print(f"\n{len(rounds)} rounds, seed {seed}, one process from begin to end: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
