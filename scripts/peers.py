"""make peers: hubd beside NeuroKit2, HeartPy and pyPPG on the same recordings. What the tables mean: docs/accuracy.md."""
from __future__ import annotations

import os

for threads in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):  # before numpy: everybody has one core
    os.environ[f"{threads}_NUM_THREADS"] = "1"

import re
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

import peer_methods
import shown
from go_targets import go
from limited import Outcome, limited
from peer_methods import METHODS, MISSING, Found, Method
from replays import Case, Events, Replay, all_cases, median, replay, scorer
from signals import Signal, read_skin, readings
from tables import section, table, text
from target import TITLES, Target
from targets import USABLE_CAMERA, USABLE_FINGER

F1_SLACK = 0.2  # points, on one recording
CPU_RATIO = 50.0


@dataclass
class Answer:
    """One method on one reading, scored."""

    method: Method
    outcome: Outcome
    result: dict[str, Any] = field(default_factory=dict)
    best_f1: float | None = None  # usable F1 of the channel and polarity that the reference likes best

    def figure(self, *path: str) -> Any:
        return scorer.dig(self.result, path)


@dataclass
class Compared:
    hubd: Replay
    signals: list[Signal]  # the first is the one that a user without a reference would take
    answers: list[Answer]
    chain: Outcome = field(default_factory=Outcome)

    @property
    def label(self) -> str:
        return self.hubd.case.label

    @property
    def counts(self) -> bool:
        """Whether hubd called enough of it usable for a comparison on that part to mean anything."""
        least = USABLE_CAMERA if len(self.hubd.case.pulse) > 1 else USABLE_FINGER
        return (self.hubd.figure("beats", "usable_reference_percent") or 0.0) >= least


def as_events(found: Found, hubd: Replay) -> Events:
    """A peer's answer in hubd's form, with hubd's own signal events: both are scored on the same windows."""
    return {
        "beat": [{"type": "beat", "at_s": float(t), "t_s": float(t)} for t in found.beats],
        "ibi": [{"type": "ibi", "at_s": float(t), "t_s": float(t), "ibi_ms": float(ms), "kind": "nn"} for t, ms in found.nn],
        "respiration": [{"type": "respiration", "at_s": float(t), "rate_per_min": float(v)} for t, v in found.breathing],
        "signal": hubd.events.get("signal", []),
    }


def ask(method: Method, signals: list[Signal], hubd: Replay) -> Answer:
    if method.peer in MISSING:
        return Answer(method, Outcome(failed=MISSING[method.peer]))
    outcome = limited(method.find, signals[0].values, signals[0].rate)
    answer = Answer(method, outcome)
    if outcome.failed:
        return answer
    answer.result = scorer.score(hubd.rec, as_events(outcome.value, hubd))
    f1 = [answer.figure("beats", "usable_f1_percent")]
    if hubd.rec.beats is not None:
        others = (limited(method.find, s.values, s.rate) for s in signals[1:])
        f1 += [usable_f1(o.value, hubd) for o in others if not o.failed]
    answer.best_f1 = max((v for v in f1 if v is not None), default=None)
    return answer


def usable_f1(found: Found, hubd: Replay) -> float | None:
    events = as_events(found, hubd)
    return scorer.score_beats(hubd.rec, events, scorer.beat_lag(hubd.rec, events)).get("usable_f1_percent")


def compare(case: Case) -> Compared | None:
    hubd = replay(case)
    if hubd.failed:
        print(f"{case.label}: replay failed: {hubd.failed}", flush=True)
        return None
    signals = readings(case)
    scored = hubd.rec.intervals is not None or bool(hubd.rec.breaths)
    answers = [ask(m, signals, hubd) for m in METHODS if m.ecg == case.ecg and scored]
    both = Compared(hubd, signals, answers)
    if "NeuroKit2" not in MISSING:
        eda, eda_rate = read_skin(case)
        both.chain = limited(peer_methods.neurokit_chain, signals[0].values, signals[0].rate, case.ecg, eda, eda_rate)
    print(".", end="", file=sys.stderr, flush=True)
    return both


# ---------------------------------------------------------------- tables


def grid(all_of: list[Compared], ecg: bool, row: Any) -> str:
    """One line a reading: its name, hubd's cell and each method's, all made by row(what was scored)."""
    names = [m.name for m in METHODS if m.ecg == ecg]
    lines = [[c.label, row(c.hubd)] + ["failed" if a.outcome.failed else row(a) for a in c.answers] for c in all_of]
    return table(["recording", "hubd", *names], lines)


def f1_cell(scored: Any) -> str:
    return " ".join(f"{text(scored.figure('beats', kind)):>6}" for kind in ("f1_percent", "usable_f1_percent"))


def interval_cell(scored: Any) -> str:
    ibi, rmssd = scored.figure("ibi", "error_p50_ms"), scored.figure("hrv", "from_ibi", "rmssd_ms", "error")
    return f"{text(ibi, 1)} {'-' if rmssd is None else f'{rmssd:+.1f}':>6}"


def rate_cell(scored: Any) -> str:
    return " ".join(f"{text(scored.figure('ibi', f'rate_error_{kind}_bpm'), 1):>4}" for kind in ("p50", "worst"))


def print_beats(light: list[Compared], ecg: list[Compared]) -> None:
    for name, part in (("pulse wave", light), ("ECG", ecg)):
        with_beats = [c for c in part if c.hubd.rec.beats is not None]
        is_ecg = name == "ECG"
        section(f"Beats, {name}: F1 % of the whole recording, and where hubd's gate says usable", grid(with_beats, is_ecg, f1_cell))
        section(f"Intervals, {name}: median error ms, and error of RMSSD ms in the reference's spans",
                grid(with_beats, is_ecg, interval_cell))
    rated = [c for c in light if c.hubd.rec.intervals is not None]
    section("Heart rate, 60 s windows, bpm: median and worst error of the windows answered", grid(rated, False, rate_cell))


def print_breathing(all_of: list[Compared]) -> None:
    rows = []
    for c in (c for c in all_of if c.hubd.rec.breaths):
        for name, scored in [("hubd", c.hubd)] + [(a.method.name, a) for a in c.answers]:
            mae = scored.figure("respiration", "mae_per_min")
            rows.append([c.label, name, mae, text(scored.figure("respiration", "coverage_percent"), 0)])
        rows.append([c.label, "best constant", shown.best_constant(c.hubd), "100"])
    section("Breathing", table(["recording", "method", "MAE /min", "shown %"], rows, flush="<<"))


def print_skin(all_of: list[Compared]) -> None:
    rows = []
    for c in all_of:
        spans = c.hubd.rec.conditions
        if not {"base", "stress"} <= set(spans) or "NeuroKit2" in MISSING:
            continue
        eda, rate = read_skin(c.hubd.case)
        outcome = limited(peer_methods.neurokit_responses, eda, rate)
        own = np.array([e["peak_s"] for e in c.hubd.events.get("scr", [])])
        for name, peaks in [("hubd", own)] + list((outcome.value or {}).items()):
            title = name if name == "hubd" else f"NeuroKit2, {name}"
            per_min = [60 * float(np.sum((peaks >= a) & (peaks < b))) / (b - a) for a, b in (spans["base"], spans["stress"])]
            rows.append([c.label, title, *per_min])
        if outcome.failed:
            rows.append([c.label, f"NeuroKit2 failed: {outcome.failed}", None, None])
    section("Skin conductance responses a minute", table(["recording", "method", "base", "stress"], rows, flush="<<"))


def print_failures(all_of: list[Compared]) -> None:
    told = {(c.label, a.method.name): a.outcome.failed for c in all_of for a in c.answers if a.outcome.failed}
    told |= {(c.label, "NeuroKit2's chain"): c.chain.failed for c in all_of if c.chain.failed}
    if told:
        section("Failed", table(["recording", "method", "why"], [[*k, v] for k, v in told.items()], flush="<<<"))


# ---------------------------------------------------------------- processor time


def pure_dsp() -> dict[str, float]:
    """Seconds of hubd's signal processing alone, by label, from the benchmark that plays the same files."""
    printed = go("test", "-run", "^$", "-bench", "^BenchmarkRecordings$", "-benchtime", "3x", "./dsp")
    lines = re.findall(r"^BenchmarkRecordings/(\S+?)(?:-\d+)?\s.*?([\d.e+]+) cpu-ns/op", printed, re.M)
    return {name.replace("_ecg", " ecg"): float(ns) / 1e9 for name, ns in lines}


def print_cpu(all_of: list[Compared]) -> Target:
    pure = pure_dsp()
    done = [c for c in all_of if not c.chain.failed and c.label in pure and c.chain.value]
    hours = sum(c.hubd.rec.duration for c in done) / 3600
    chain, process = sum(c.chain.cpu_s for c in done), sum(c.hubd.cpu_s for c in done)
    dsp = sum(pure[c.label] for c in done)

    def row(name: str, cpu: float, over: float) -> list[Any]:
        per_hour = cpu / over if over else None
        times = per_hour / (dsp / hours) if per_hour is not None and dsp else None
        return [name, cpu, text(per_hour, 3), text(times, 1)]

    rows = [row("hubd, signal processing alone", dsp, hours), row("hubd replay, the whole process", process, hours),
            row("NeuroKit2, full chain", chain, hours)]
    for m in METHODS:
        asked = [(c, a) for c in all_of for a in c.answers if a.method is m and not a.outcome.failed]
        rows.append(row(f"{m.name}: {m.does}", sum(a.outcome.cpu_s for _, a in asked),
                        sum(c.hubd.rec.duration for c, _ in asked) / 3600))
    section(f"Processor time (user and system), one thread, {len(done)} readings of {hours:.1f} hours",
            table(["program", "s", "s per hour", "× hubd alone"], rows))
    ratio, whole = (chain / dsp, chain / process) if dsp and process else (None, None)
    return Target("processor time", f"NeuroKit2's chain ≥ {CPU_RATIO:.0f} × hubd's",
                  f"{text(ratio, 1)} × its signal processing, {text(whole, 1)} × the whole replay with its files and JSON",
                  None if ratio is None else ratio >= CPU_RATIO)


# ---------------------------------------------------------------- verdicts


def file_verdict(counted: list[Compared], other: Any, name: str) -> Target:
    """other gives a peer's F1 of an answer."""
    worse = []
    for c in counted:
        own = c.hubd.figure("beats", "usable_f1_percent")
        best = max(((other(a), a.method.name) for a in c.answers if other(a) is not None), default=None)
        if best and own is not None and best[0] - own > F1_SLACK:
            worse.append(f"{c.label} {own:.2f} ({best[1]} {best[0]:.2f})")
    return Target(f"F1 where usable, {len(counted)} readings that count", f"≥ {name} − {F1_SLACK}",
                  "nowhere worse" if not worse else f"{len(worse)} worse: " + ", ".join(worse), not worse if counted else None)


def median_verdict(counted: list[Compared], ecg: bool) -> Target:
    part = [c for c in counted if c.hubd.case.ecg == ecg]
    own = median(c.hubd.figure("beats", "usable_f1_percent") for c in part)
    theirs = {m.name: median(a.figure("beats", "usable_f1_percent") for c in part for a in c.answers if a.method is m)
              for m in METHODS if m.ecg == ecg}
    best = max(((v, k) for k, v in theirs.items() if v is not None), default=None)
    said = f"hubd {text(own)}, " + ", ".join(f"{k} {text(v)}" for k, v in theirs.items())
    better = None if own is None or best is None else own > best[0] or own == best[0] == 100.0
    return Target(f"… median over {len(part)}, {'ECG' if ecg else 'pulse wave'}", "better than each peer", said, better)


def verdicts(all_of: list[Compared]) -> list[Target]:
    counted = [c for c in all_of if c.counts and c.hubd.rec.beats is not None]
    left_out = [c.label for c in all_of if not c.counts and c.hubd.rec.beats is not None]
    every_file = file_verdict(counted, lambda a: a.figure("beats", "usable_f1_percent"), "best peer")
    oracle = file_verdict(counted, lambda a: a.best_f1, "best peer, channel and polarity by reference")
    oracle.measure, oracle.asked = "… against their luckiest channel", False
    gate = Target("… readings that do not count", "", ", ".join(left_out) or "none", None, asked=False)
    return [every_file, oracle, gate, median_verdict(counted, False), median_verdict(counted, True)]


def main() -> int:
    for peer, why in MISSING.items():
        print(f"{peer}: failed: {why}")
    print("hubd beside " + ", ".join(f"{p} {version(p)}" for p in ("neurokit2", "heartpy", "pyPPG", "numpy", "scipy")))
    all_of = [c for c in map(compare, [case for case in all_cases() if case.pulse]) if c]
    print(file=sys.stderr)
    print_beats([c for c in all_of if not c.hubd.case.ecg], [c for c in all_of if c.hubd.case.ecg])
    print_breathing(all_of)
    print_skin(all_of)
    print_failures(all_of)
    cpu = print_cpu(all_of)
    section("Every target", table(TITLES, [t.cells() for t in [*verdicts(all_of), cpu]], flush="<<<<"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
