"""A call in a process of its own: with a time limit, its processor time, and an exception told as text."""
from __future__ import annotations

import multiprocessing
import os
import sys
from dataclasses import dataclass
from typing import Any, Callable

LIMIT_S = 120.0


@dataclass
class Outcome:
    value: Any = None
    cpu_s: float = 0.0
    failed: str | None = None


def used() -> float:
    times = os.times()
    return times.user + times.system


def child(pipe: Any, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        before = used()
        try:
            outcome = Outcome(call(*arguments))
        except BaseException as err:  # whatever a foreign package raises is its answer
            outcome = Outcome(failed=(f"{type(err).__name__}: {err}".splitlines() or ["?"])[0][:120])
        outcome.cpu_s = used() - before
        pipe.send(outcome)


def limited(call: Callable[..., Any], *arguments: Any) -> Outcome:
    """Forked, so that packages are imported and recordings read only once, and neither is in the processor time."""
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(theirs, call, arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        return mine.recv() if mine.poll(LIMIT_S) else Outcome(failed=f"not done in {LIMIT_S:.0f} s")
    except EOFError:
        return Outcome(failed="its process died")
    finally:
        process.kill()
        process.join()
        mine.close()
