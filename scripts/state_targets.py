"""The targets of the state: the labelled sessions, the recordings at rest, and what Go's tests say of simulated people."""
from __future__ import annotations

import os
import re
import tempfile
from typing import Any, Iterator

import numpy as np

from go_targets import go
from replays import DATA, HUBD, Replay, finite, run_into, scorer
from tables import text
from target import Target, at_least, at_most, every

CALM = ("base", "meditation1", "meditation2")
POOR_CONTACT = ("s14",)      # its skin sensor had next to none: a stress that shows in the pulse alone may be called effort
BODIES, FIRST = 6, 1001      # simulated people for each scenario, none of them looked at while hubd was made
STRANGERS = (("wesad_s06_session", "wesad_s11_session"), ("wesad_s11_session", "wesad_s14_session"),
             ("pk_p11_baseline", "wesad_s06_base_bvp"), ("pk_p11_hard", "wesad_s14_meditation1_bvp"))
SCENARIO = re.compile(r"(rest|stress|breathing|intimacy|freeze|sensor-off|two-people|all): right ([\d.]+) % of (\d+) s named, ([\d.]+) % named; "
                      r"changes noticed after (\d+) s, (\d+) % of (\d+) within (\d+) s; ([\d.]+) changes of name in 2 min, ([\d.]+) of scene in 5 min; "
                      r"engaged told as activated ([\d.]+) % of (\d+) s; moving told as activated ([\d.]+) % of (\d+) s; "
                      r"withdrawn told as settled over 0.5 (\d+) s; calibration error ([\d.]+)")
COUPLED = re.compile(r"(\d+) of (\d+) windows significant, in phase, with the lag within 1 s")
COSTS = re.compile(r"Benchmark(Second|PairSecond)\S*\s+\d+\s+([\d.]+) ns/op")


def state_targets(replays: list[Replay]) -> list[Target]:
    sessions = [r for r in replays if re.fullmatch(r"wesad_s\d+_session", r.case.label) and not r.failed]
    return [*discrimination(sessions), *names(sessions), rested(replays), strangers(), *simulated(), coupled(), cost()]


def windows(r: Replay, level: bool) -> tuple[list[float], list[float]]:
    """Mean arousal of the stress and of the calm windows, as the scorer takes them. Where level is true the straight line through the calm
    windows over the session's time is taken away: what a slow drift alone would give."""
    held = scorer.Held(r.events.get("state", []), lambda e: e["arousal"])
    seen: list[tuple[str, float, float]] = []
    for name, (start, end) in r.rec.conditions.items():
        if name != "stress" and not scorer.is_calm(name):
            continue
        for left in np.arange(start, end - scorer.STATE_WINDOW_S + 1e-9, scorer.STATE_WINDOW_S):
            values = finite(held.at(t) for t in np.arange(left + 1, left + scorer.STATE_WINDOW_S + 0.5))
            if len(values) >= scorer.STATE_WINDOW_S / 2:
                seen.append((name, left, float(np.mean(values))))
    line = np.polynomial.Polynomial([0.0])
    if level:
        calm = [(t, v) for name, t, v in seen if name != "stress"]
        line = np.polynomial.Polynomial.fit(*zip(*calm), 1)
    stress = [v - float(line(t)) for name, t, v in seen if name == "stress"]
    return stress, [v - float(line(t)) for name, t, v in seen if name != "stress"]


def discrimination(sessions: list[Replay]) -> list[Target]:
    out = []
    for level, name in ((False, "arousal, stress against base and meditation"), (True, "… without each session's drift")):
        pairs = [windows(r, level) for r in sessions]
        mean = float(np.mean([scorer.auc(*p) for p in pairs])) if pairs else None
        pooled = scorer.auc(sum((p[0] for p in pairs), []), sum((p[1] for p in pairs), [])) if pairs else None
        answered = [r.figure("state", "auc_windows_answered_percent") for r in sessions]
        out.append(Target(name, "AUC ≥ 0.964 mean of people, ≥ 0.883 pooled" if not level else "(shown beside it)",
                          f"{text(mean, 3)} mean, {text(pooled, 3)} pooled" + ("" if level else f"; windows answered {', '.join(f'{a:.0f}' for a in answered)} %"),
                          every((at_least(0.964, mean), at_least(0.883, pooled))), asked=not level))
    return out


def names(sessions: list[Replay]) -> Iterator[Target]:
    for r in sessions:
        shares = r.figure("state", "share_percent")
        stress, who = shares["stress"], r.case.name.removesuffix("_session")
        wrong = sum(v for k, v in stress.items() if k not in ("activated", "unknown"))
        said = f"{stress['activated']:.1f} activated, {wrong:.1f} a wrong name, {stress['unknown']:.1f} unknown"
        if any(p in who for p in POOR_CONTACT):
            yield Target(f"{who}, stress, poor skin contact", "≤ 10 % a wrong name", said, wrong <= 10)
        else:
            yield Target(f"{who}, stress", "≥ 60 % activated, ≤ 10 % a wrong name", said, stress["activated"] >= 60 and wrong <= 10)
        calm = {c: shares[c]["activated"] for c in CALM if c in shares}
        spent = {c: r.rec.conditions[c][1] - r.rec.conditions[c][0] for c in calm}
        whole = sum(calm[c] * spent[c] for c in calm) / sum(spent.values())
        yield Target(f"{who}, base and meditation", "≤ 5 % activated",
                     f"{whole:.1f} together; " + ", ".join(f"{c} {v:.1f}" for c, v in calm.items()), whole <= 5)


def rested(replays: list[Replay]) -> Target:
    """Recordings at rest or of a quiet task. They are short: without a rest of one's own nothing is named in most of them."""
    worst, named = 0.0, 0.0
    rest = [r for r in replays if re.fullmatch(r"(nk_.*|pk_p\d+_baseline)( ecg)?", r.case.label) and not r.failed]
    for r in rest:
        held = scorer.Held(r.events.get("state", []), lambda e: e["state"])
        seen = [held.at(t) or "unknown" for t in np.arange(0.5, r.rec.duration, 1.0)]
        worst = max(worst, 100 * seen.count("activated") / len(seen))
        named = max(named, 100 - 100 * seen.count("unknown") / len(seen))
    return Target("nk_*, pk_*_baseline", "≤ 5 % activated", f"{worst:.1f} % worst of {len(rest)}; named for {named:.0f} % at most",
                  worst <= 5 if rest else None)


def strangers() -> Target:
    """Two people recorded apart, replayed as if together."""
    significant = total = 0
    for pair in STRANGERS:
        paths = [DATA / f"{name}.csv.gz" for name in pair]
        if not all(p.exists() for p in paths):
            continue
        with tempfile.NamedTemporaryFile("w+", suffix=".ndjson") as out:
            if run_into(out, [str(HUBD), "replay", *map(str, paths)]):
                continue
            with open(out.name, encoding="utf-8") as lines:
                told = [line for line in lines if '"coregulation"' in line and '"r":null' not in line]
        total += len(told)
        significant += sum('"significant":true' in line for line in told)
    share = 100 * significant / total if total else None
    return Target("two strangers' recordings", "co-regulation significant in ≤ 5 % of windows", f"{text(share, 1)} % of {total}", at_most(5, share))


def simulated() -> Iterator[Target]:
    printed = go("test", "-count=1", "-v", "-run", "^TestStatesAgainstTheTruth$", "./pipeline", "-args", f"-bodies={BODIES}", f"-first={FIRST}")
    parts = re.split(r"=== RUN\s+TestStatesAgainstTheTruth/", printed)[1:]
    for part in parts:
        way = part.splitlines()[0].replace("_", " ")
        asked = "not judged" not in way
        yield Target(f"synth, {way}", "", "", None, asked=False)
        for m in SCENARIO.finditer(part):
            yield scenario(*m.groups(), asked=asked)
    if not parts:
        yield Target("synth", "", "no such test", None)


def scenario(name: str, right: str, n: str, named: str, after: str, soon: str, changed: str, within: str, flicker: str, scenes: str,
             wound: str, engaged: str, mistaken: str, moving: str, frozen: str, error: str, asked: bool) -> Target:
    wanted, said = ["≥ 90 % right"], [f"{right} % of {n} s"]
    met: list[bool | None] = [float(right) >= 90]
    if int(changed):
        said.append(f"noticed after {after} s, {soon} % within {within} s")
    if name == "all":
        wanted.append("noticed within 45 s, calibration ≤ 0.1")
        said.append(f"calibration {error}")
        met += [float(after) <= 45, float(error) <= 0.1]
    if name in ("rest", "breathing"):
        wanted.append("≤ 1 change in 2 min")
        said.append(f"{flicker} changes")
        met.append(float(flicker) <= 1)
    if name == "intimacy":
        wanted.append("engaged as activated ≤ 3 %, ≤ 1 scene in 5 min")
        said.append(f"{wound} % of {engaged} s, {scenes} scenes; moving as activated {mistaken} % of {moving} s")
        met += [float(wound) <= 3, float(scenes) <= 1]
    if name == "freeze":
        wanted.append("never settled over 0.5 once frozen")
        said.append(f"{frozen} s")
        met.append(int(frozen) == 0)
    return Target(f"… {name}", ", ".join(wanted), "; ".join(said), every(met) if int(n) else None, asked=asked)


def coupled() -> Target:
    printed = go("test", "-count=1", "-v", "-run", "^TestTwoPeopleWhoShareARhythmAreFound$", "./pipeline", "-args", f"-bodies={BODIES}", f"-first={FIRST}")
    found = COUPLED.search(printed)
    share = 100 * int(found[1]) / int(found[2]) if found else None
    return Target("synth, two-people coupled", "≥ 90 % of windows, right sign, lag within 1 s", f"{text(share, 0)} %", at_least(90, share))


def cost() -> Target:
    printed = go("test", "-run", "^$", "-bench", "Second", "./regulation")
    took = {name: float(ns) / 1000 for name, ns in COSTS.findall(printed)}
    wearer, pair = took.get("Second"), took.get("PairSecond")
    return Target("cost of a second", "≤ 5 µs a wearer, ≤ 50 µs a pair", f"{text(wearer, 1)} µs, {text(pair, 0)} µs on {os.cpu_count()} cores, others working",
                  every((at_most(5, wearer), at_most(50, pair))))
