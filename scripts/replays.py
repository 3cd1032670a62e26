"""The recordings, how hubd reads each of them, and what the scorer says of what it told."""
from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Iterable

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
HUBD = ROOT / "bin" / "hubd"
DATA = Path(os.environ.get("HUBD_DATA", ROOT / "../shared/data"))
SCORE = Path(os.environ.get("HUBD_SCORE", ROOT / "../shared/score/score.py"))
REPLAY_LIMIT_S = 120.0

Events = dict[str, list[dict[str, Any]]]


def load_scorer() -> ModuleType:
    """The scorer as it lies beside the recordings: never a copy, so that both give the same figures."""
    spec = importlib.util.spec_from_file_location("score", SCORE)
    if spec is None or spec.loader is None:
        raise SystemExit(f"no scorer at {SCORE}")
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


scorer = load_scorer()


@dataclass(frozen=True)
class Case:
    """One way to read one recording: a pulse from light or from the ECG, or skin alone."""

    name: str
    pulse: tuple[str, ...] = ()  # columns; several are optical channels of one sensor
    chosen: bool = False         # hubd must be told, since it would read another column
    eda: str | None = None

    @property
    def path(self) -> Path:
        return DATA / f"{self.name}.csv.gz"

    @property
    def ecg(self) -> bool:
        return bool(self.pulse) and self.pulse[0].startswith("ecg")

    @property
    def label(self) -> str:
        return f"{self.name} ecg" if self.ecg and self.chosen else self.name

    @property
    def flags(self) -> list[str]:
        return ["--pulse", ",".join(self.pulse)] if self.chosen else []


def header(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return next(csv.reader(lines))


def cases_of(path: Path) -> list[Case]:
    """A recording with light and ECG is read twice; channels named by one letter of a colour are one camera."""
    name, columns = path.name.removesuffix(".csv.gz"), header(path)
    eda = next((c for c in columns if c.startswith("eda")), None)
    colours = tuple(c for c in columns if re.fullmatch(r"ppg_[a-z]", c))
    light = [c for c in columns if c.startswith("ppg")] or [c for c in columns if c == "ir"]
    ecg = [c for c in columns if c.startswith("ecg")]
    if len(colours) > 1:
        return [Case(name, colours, True, eda)]
    if light and ecg:
        return [Case(name, (light[0],), False, eda), Case(name, (ecg[0],), True, eda)]
    return [Case(name, tuple((light or ecg)[:1]), False, eda)]


def all_cases() -> list[Case]:
    return [case for path in sorted(DATA.glob("*.csv.gz")) for case in cases_of(path)]


@dataclass
class Replay:
    """What hubd told of a case, and what that cost."""

    case: Case
    rec: Any                      # the scorer's Recording
    events: Events
    result: dict[str, Any]        # of the scorer
    cpu_s: float                  # user and system time of the whole process
    failed: str | None = None     # hubd's own last line, if it failed

    def figure(self, *path: str) -> Any:
        return scorer.dig(self.result, path)

    def signal(self, channel: str) -> list[dict[str, Any]]:
        return [e for e in self.events.get("signal", []) if e["channel"] == channel]

    @cached_property
    def lag(self) -> float:
        return float(scorer.beat_lag(self.rec, self.events))


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def replay(case: Case) -> Replay:
    rec = scorer.Recording(str(case.path))
    with tempfile.NamedTemporaryFile("w+", suffix=".ndjson") as out:
        before = children_cpu()
        failed = run_into(out, [str(HUBD), "replay", *case.flags, str(case.path)])
        cpu = children_cpu() - before
        if failed:
            return Replay(case, rec, {}, {}, cpu, failed)
        events = scorer.read_events(out.name)
    return Replay(case, rec, events, scorer.score(rec, events), cpu)


def run_into(out: Any, command: list[str]) -> str | None:
    """Runs a command into a file; the last line it complained with, if it failed."""
    try:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, timeout=REPLAY_LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"not done in {REPLAY_LIMIT_S:.0f} s"
    except OSError as err:
        return f"{command[0]}: {err.strerror}"
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
    return lines[-1].removeprefix("hubd: ").removeprefix(f"{command[-1]}: ")


def hrv_of(path: Path, *flags: str) -> dict[str, Any]:
    """What hubd hrv prints of an interval file."""
    done = subprocess.run([str(HUBD), "hrv", *flags, str(path)], capture_output=True, text=True, check=True,
                          timeout=REPLAY_LIMIT_S)
    return json.loads(done.stdout)


def finite(values: Iterable[float | None]) -> list[float]:
    return [float(v) for v in values if v is not None and np.isfinite(v)]


def median(values: Iterable[float | None]) -> float | None:
    kept = finite(values)
    return float(np.median(kept)) if kept else None


def worst(values: Iterable[float | None]) -> float | None:
    kept = finite(values)
    return max(kept) if kept else None
