"""The targets that Go's own tests and benchmarks decide: where the truth is injected or simulated, no recording is asked."""
from __future__ import annotations

import os
import re
import subprocess

from replays import ROOT
from target import Target, at_least, at_most, every

# The tests print what they measure; their words are read here. A test that passes but is not understood counts as not measured.
ARTEFACTS, RESPONSES = "TestArtefactsAreFoundAndWhatIsLeftIsTrue", "TestResponsesAgainstTheirTruth"
ARTEFACT_LINE = re.compile(r"(missed|extra|ectopic)\s+\d+ %\s+(live|hrv):\s+found\s+([\d.]+),.*?false ([\d.]+) %, RMSSD ([\d.]+) ([\d.]+)")
RESPONSE_LINE = re.compile(r"F1 ([\d.]+) %; onset ([\d.]+) s")
CONVERTER = re.compile(r"=== RUN\s+" + RESPONSES + r"/(\S+)")
FOUND_LEAST = {"missed": 99.0, "extra": 99.0, "ectopic": 95.0}
RMSSD_MOST = {"hrv": 3.0, "live": 5.0}
SAMPLED = "25_a_second"  # skin conductance, as hubd samples it
BENCHMARK = "DSP/pulse,_skin_and_motion,_paced"
SPEED_LEAST = 20000.0


def go(*arguments: str) -> str:
    done = subprocess.run([os.environ.get("GO", "go"), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300)
    return done.stdout + done.stderr


def from_tests() -> list[Target]:
    return [*artefacts(), *responses(), speed()]


def test(name: str) -> tuple[str, str]:
    """What a test of dsp printed, and its verdict in a word."""
    printed = go("test", "-count=1", "-v", "-run", f"^{name}$", "./dsp")
    verdict = re.search(rf"^--- (PASS|FAIL|SKIP): {name}", printed, re.M)
    return printed, f"{name}: {verdict[1].lower() if verdict else 'no such test'}"


def artefacts() -> list[Target]:
    printed, verdict = test(ARTEFACTS)
    lines = ARTEFACT_LINE.findall(printed)
    least = {kind: min((float(found) for k, _, found, *_ in lines if k == kind), default=None) for kind in FOUND_LEAST}
    most = max((float(false) for _, _, _, false, _, _ in lines), default=None)
    names = ("artefacts in clean intervals, 1–5 %", "… RMSSD after them, 90 % of series")
    wanted = ("found ≥ 99 / 99 / 95 %, false ≤ 0.3 %", "hrv ≤ 3 %, live ≤ 5 %")
    if not lines:
        return [Target(n, w, verdict, None) for n, w in zip(names, wanted)]
    left = {way: max(float(p90) for _, w, _, _, _, p90 in lines if w == way) for way in RMSSD_MOST}
    return [
        Target(names[0], wanted[0], " / ".join(f"{v:.1f}" for v in least.values()) + f" % least, {most:.3f} % most",
               every([*(at_least(FOUND_LEAST[k], v) for k, v in least.items()), at_most(0.3, most)])),
        Target(names[1], wanted[1], ", ".join(f"{way} {off:.1f} %" for way, off in left.items()),
               every(off <= RMSSD_MOST[way] for way, off in left.items())),
    ]


def responses() -> list[Target]:
    """By converter. At 10 bits a step is larger than the smallest responses: shown, not asked."""
    printed, verdict = test(RESPONSES)
    measured = [(name, line) for name, line in zip(CONVERTER.findall(printed), RESPONSE_LINE.findall(printed)) if SAMPLED in name]
    measure, wanted = "SCR on synth, sensor noise", "F1 ≥ 95 %, onset ≤ 0.3 s"
    if not measured:
        return [Target(measure, wanted, verdict, None)]
    out = []
    for name, (f1, onset) in measured:
        chip, _, _ = name.partition(",")
        out.append(Target(f"{measure}, {chip}", wanted, f"F1 {f1} %, onset {onset} s",
                          float(f1) >= 95 and float(onset) <= 0.3, asked=chip != "MCP3008"))
    return out


def speed() -> Target:
    printed = go("test", "-run", "^$", "-bench", BENCHMARK, "-benchmem", "./dsp")
    rates, allocations = re.findall(r"([\d.e+]+) ×real-time", printed), re.findall(r"(\d+) allocs/op", printed)
    measure, wanted = "speed, pure dsp, 250 Hz pulse + 25 Hz EDA", f"≥ {SPEED_LEAST:.0f} × real time, 0 allocations"
    if not rates:
        return Target(measure, wanted, "no such benchmark", None)
    return Target(measure, wanted, f"{float(rates[0]):.0f} × real time, {allocations[0]} allocations a sample",
                  float(rates[0]) >= SPEED_LEAST and allocations[0] == "0")
