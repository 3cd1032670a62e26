"""How long a change of hubd's takes until Home Assistant tells it."""

import random
import time

from . import expected
from .waiting import until

CHANGES, MOST = 60, 0.300  # how many are measured; seconds for 95 of 100


def percentile(values, share):
    """The value below which a share of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def latency(e):
    """From a command on hubd's socket to the state on Home Assistant's WebSocket."""
    entity, took, broker = expected.id_of("room", "night_ceiling"), [], []
    await until("the number is there", lambda: e.home.state(entity) not in (None, "unknown", "unavailable"))
    generator = random.Random(1)
    value = float(e.home.state(entity))
    for _ in range(CHANGES):
        value = generator.choice([v for v in range(10, 90) if v != value])
        seen, mark = len(e.home.changes), e.ears.mark()
        began = time.monotonic()
        status, answer = await e.hub.ask("POST", "/api/command/room/night_ceiling", str(value))
        if not e.check(status == 200, f"night_ceiling {value}: {answer}"):
            return
        changed = await until(f"{entity} shows {value}", lambda: next(
            (t for t, n, s in e.home.changes[seen:] if n == entity and s and float(s) == value), None))
        took.append(max(0.0, changed - began))
        heard = [t for t, _, p in e.ears.since(mark, e.hub.topic("room", "state"))]
        if heard:
            broker.append(max(0.0, changed - heard[0]))
        await until("a moment", lambda at=time.monotonic() + generator.uniform(0.0, 0.2): time.monotonic() > at)
    for what, values in (("a command at hubd's socket → Home Assistant's state", took), ("on the broker → Home Assistant's state", broker)):
        e.figure(f"{what}: p50 {1000 * percentile(values, 0.5):.0f} ms, p95 {1000 * percentile(values, 0.95):.0f} ms, "
                 f"longest {1000 * max(values):.0f} ms of {len(values)}")
    e.check(percentile(took, 0.95) <= MOST, f"p95 {1000 * percentile(took, 0.95):.0f} ms, want {1000 * MOST:.0f} at most")


STEPS = [("changes are seen soon", latency)]
