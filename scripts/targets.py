"""The targets of hubd's signal processing, each beside what was measured. Which reading decides, and why: docs/accuracy.md."""
from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from typing import Any, Callable, Iterable

import shown
from replays import DATA, ROOT, Replay, finite, hrv_of, median, scorer, worst
from tables import Cell, text

USABLE_FINGER = 90.0    # % of reference beats in usable time; below it "usable" counts for nothing
USABLE_CAMERA = 70.0
SKIN_USABLE = 50.0      # % of base and stress; below it a session has no contact to speak of


@dataclass
class Target:
    measure: str
    target: str
    measured: str
    met: bool | None  # None: could not be measured
    asked: bool = True  # False: shown beside a target, itself none

    def cells(self) -> list[Cell]:
        met = {True: "yes", False: "NO", None: "?"}[self.met] if self.asked else ""
        return [self.measure, met, self.target, self.measured]


TITLES = ["measure", "met", "target", "measured"]


def at_least(limit: float, value: float | None) -> bool | None:
    return None if value is None else value >= limit


def at_most(limit: float, value: float | None) -> bool | None:
    return None if value is None else abs(value) <= limit


def every(verdicts: Iterable[bool | None]) -> bool | None:
    """False if any is, unknown if any is unknown, else true."""
    verdicts = list(verdicts)
    if False in verdicts:
        return False
    return None if None in verdicts or not verdicts else True


class Readings:
    """The replays by label; one that failed or is not there answers None to everything."""

    def __init__(self, replays: list[Replay]):
        self.all = replays
        self.by_label = {r.case.label: r for r in replays}

    def get(self, label: str, *path: str) -> float | None:
        r = self.by_label.get(label)
        return r.figure(*path) if r and not r.failed else None

    def like(self, pattern: str) -> list[Replay]:
        return [r for r in self.all if re.fullmatch(pattern, r.case.label)]


def from_recordings(replays: list[Replay]) -> list[Target]:
    readings = Readings(replays)
    groups: list[Callable[[Readings], list[Target]]] = [rest, intensive_care, electrodes, latency, camera, own_hardware,
                                                        wrist, skin]
    return [t for group in groups for t in group(readings)] + interval_files()


def rest(r: Readings) -> list[Target]:
    name = "nk_rest_5min"
    f1, ibi = r.get(name, "beats", "f1_percent"), r.get(name, "ibi", "error_p50_ms")
    summary = r.get(name, "hrv", "summary", "rmssd_ms", "error_percent")
    from_nn = r.get(name, "hrv", "from_ibi", "rmssd_ms", "error_percent")
    mae, covered = r.get(name, "respiration", "mae_per_min"), r.get(name, "respiration", "coverage_percent")
    constant = shown.best_constant(r.by_label[name]) if name in r.by_label else None
    return [
        Target(f"beats, {name}", "F1 ≥ 99.9 %", f"{text(f1)} %", at_least(99.9, f1)),
        Target(f"intervals, {name}", "median error ≤ 2.0 ms", f"{text(ibi)} ms", at_most(2.0, ibi)),
        Target(f"RMSSD, {name}, PPG against ECG", "within 2 %",
               f"{text(summary)} % (summary line), {text(from_nn)} % (reference spans)",
               every((at_most(2, summary), at_most(2, from_nn)))),
        Target(f"breathing, {name}", "MAE ≤ 1.1 /min, shown ≥ 80 %", f"{text(mae)} /min, {text(covered, 0)} %",
               every((at_most(1.1, mae), at_least(80, covered)))),
        Target("", f"better than the best constant ({text(constant)})", f"{text(mae)} /min",
               None if mae is None or constant is None else mae < constant),
    ]


def intensive_care(r: Readings) -> list[Target]:
    name = "icu_a103l"
    f1, gated = r.get(name, "beats", "f1_percent"), r.get(name, "beats", "usable_f1_percent")
    usable = r.get(name, "beats", "usable_reference_percent")
    summary = r.get(name, "hrv", "summary", "rmssd_ms", "error")
    from_nn = r.get(name, "hrv", "from_ibi", "rmssd_ms", "error")
    return [
        Target(f"beats, {name}", "F1 ≥ 97.6 %", f"{text(f1)} %", at_least(97.6, f1)),
        Target("", "F1 where usable ≥ 99.0 %, usable ≥ 90 %", f"{text(gated)} %, {text(usable, 1)} %",
               every((at_least(99, gated), at_least(USABLE_FINGER, usable)))),
        Target(f"RMSSD, {name}", "within 3 ms of the ECG",
               f"{text(summary)} ms (summary line), {text(from_nn)} ms (reference spans)",
               every((at_most(3, summary), at_most(3, from_nn)))),
    ]


def electrodes(r: Readings) -> list[Target]:
    names = ("mitdb_100_10min", "nk_eventrelated", "nk_rest_5min ecg")
    f1 = [r.get(n, "beats", "f1_percent") for n in names]
    shown_f1 = ", ".join(f"{n.removesuffix(' ecg')} {text(v)}" for n, v in zip(names, f1))
    return [Target("beats, ECG", "F1 ≥ 99.9 %", shown_f1, every(at_least(99.9, v) for v in f1))]


def latency(r: Readings) -> list[Target]:
    """Every reading with a pulse counts; the worst decides."""
    late = {x.case.label: shown.latency_p95(x) for x in r.all if x.case.pulse and not x.failed}
    late = {k: v for k, v in late.items() if v is not None}
    slow = sorted((k for k, v in late.items() if v > 0.5), key=lambda k: -late[k])
    said = f"{text(worst(late.values()))} s worst of {len(late)}"
    if slow:
        said += f"; {len(slow)} over: " + ", ".join(slow[:3]) + (" …" if len(slow) > 3 else "")
    return [Target("beat event latency", "p95 ≤ 0.5 s", said, not slow if late else None)]


def camera(r: Readings) -> list[Target]:
    files = r.like(r"welltory_\d+")
    good = [x for x in files if at_least(USABLE_CAMERA, x.figure("beats", "usable_reference_percent"))]
    p50 = median(x.figure("ibi", "rate_error_p50_bpm") for x in good)
    top = worst(x.figure("ibi", "rate_error_worst_bpm") for x in good)
    rates = [shown.heart_rate_errors(x) for x in files if not x.failed]
    live, live_top = median(e.p50 for e in rates), worst(e.worst for e in rates)
    rmssd = median(abs(e) for e in finite(x.figure("hrv", "summary", "rmssd_ms", "error") for x in good))
    rest_of = [x for x in files if x not in good]
    silent = [x.case.label for x in rest_of if x.failed or "no reason given" in shown.reason_shares(x, "pulse")]
    return [
        Target("camera (welltory), files usable", "≥ 7 of 10", f"{len(good)} of {len(files)}",
               len(good) >= 7 if files else None),
        Target("… heart rate, 60 s, usable files", "≤ 0.4 bpm median, ≤ 2 worst", f"{text(p50)} median, {text(top)} worst",
               every((at_most(0.4, p50), at_most(2, top)))),
        Target("… every heart rate shown, all files", "≤ 0.4 bpm median, ≤ 2 worst",
               f"{text(live)} median, {text(live_top)} worst", every((at_most(0.4, live), at_most(2, live_top)))),
        Target("… RMSSD, usable files", "median error ≤ 5 ms", f"{text(rmssd)} ms", at_most(5, rmssd)),
        Target("… the other files", "withheld with a reason",
               f"{len(rest_of) - len(silent)} of {len(rest_of)}" + (": not " + ", ".join(silent) if silent else ""),
               not silent if files else None),
    ]


def own_hardware(r: Readings) -> list[Target]:
    """PulseSensor and Grove GSR, the very sensors of this project."""
    files = r.like(r"pk_p\d+_\w+")
    failed = [x.case.label for x in files if x.failed]
    note = f"; replay failed: {', '.join(failed)}" if failed else ""
    f1 = median(x.figure("beats", "f1_percent") for x in files)
    p50 = worst(x.figure("ibi", "rate_error_p50_bpm") for x in files)
    top = worst(x.figure("ibi", "rate_error_worst_bpm") for x in files)
    bad = [x for x in r.like(r"pk_p12_\w+") if not x.failed]
    numbers = sum(e.get("scl_microsiemens") is not None for x in bad for e in x.events.get("eda", []))
    numbers += sum(len(x.events.get("scr", [])) for x in bad)
    why = {reason for x in bad for reason in list(shown.reason_shares(x, "eda"))[:1]}
    return [
        Target("PulseSensor (pk_*), beats", "F1 ≥ 99 % median", f"{text(f1)} %{note}",
               every((at_least(99, f1), not failed))),
        Target("… heart rate", "within 1 bpm", f"{text(p50)} worst file, {text(top)} worst minute",
               every((at_most(1, top), not failed))),
        Target("… P12's mis-trimmed GSR", "refused, never a number",
               f"{numbers} numbers; {'; '.join(sorted(why)) or 'no reason'}" if bad else "-",
               numbers == 0 and bool(why) and "no reason given" not in why if bad else None),
    ]


def wrist(r: Readings) -> list[Target]:
    calm = r.like(r"wesad_s\d+_(base|meditation\d)_bvp")
    p50 = [x.figure("ibi", "rate_error_p50_bpm") for x in calm]
    live = [shown.heart_rate_errors(x).p50 for x in calm if not x.failed]
    stress = r.like(r"wesad_s(06|11)_stress_bvp")
    silent = {x.case.name[6:9]: 100 - (shown.rate_shown_percent(x) or 0) for x in stress if not x.failed}
    limits = "≤ 1 bpm median, ≤ 3 worst recording"
    return [
        Target("wrist (wesad, base and meditation)", limits, f"{text(median(p50))} median, {text(worst(p50))} worst (60 s)",
               every((at_most(1, median(p50)), at_most(3, worst(p50))))),
        Target("… every heart rate shown", limits, f"{text(median(live))} median, {text(worst(live))} worst (10 s)",
               every((at_most(1, median(live)), at_most(3, worst(live))))),
        Target("… s06 and s11 under stress", "heart rate mostly withheld",
               ", ".join(f"{k} {v:.0f} % of the time" for k, v in silent.items()) or "-",
               every(v >= 50 for v in silent.values())),
    ]


def skin(r: Readings) -> list[Target]:
    """A session with contact must show the stress; one without must say that it has none."""
    out = []
    for x in r.like(r"wesad_s\d+_session"):
        conditions = x.figure("eda", "conditions") or {}
        if x.failed or not {"base", "stress"} <= set(conditions):
            out.append(Target(f"SCR/min, {x.case.name}", "stress ≥ 3 × base", x.failed or "-", None))
            continue
        base, stress = (conditions[c]["scr_per_min"] for c in ("base", "stress"))
        usable = median(shown.skin_percent(x, c)[1] for c in ("base", "stress"))
        if "s14" not in x.case.name and at_least(SKIN_USABLE, usable):
            out.append(Target(f"SCR/min, {x.case.name}", "stress ≥ 3 × base", f"{base:.2f} base, {stress:.2f} stress",
                              stress >= 3 * base and stress > 0))
        else:
            why = next(iter(shown.reason_shares(x, "eda")), "no reason given")
            out.append(Target(f"dry contact, {x.case.name}", "flagged", f"usable {text(usable, 0)} %: {why}",
                              not at_least(SKIN_USABLE, usable) and why != "no reason given"))
    return out


# ---------------------------------------------------------------- interval files

# rr_pyhrv_long says in its json that its SDSD is another measure: the deviation of absolute differences.
OTHER_MEASURES = {("rr_pyhrv_long", "sdsd")}
SPECTRAL = {"vlf", "lf", "hf", "lf_hf", "lf_nu", "hf_nu", "total_power", "lf_peak", "hf_peak"}
DIGITS = 7  # a value printed with fewer cannot tell 1e-6


def interval_files() -> list[Target]:
    rows = [(path.name.removesuffix(".rr.csv"), row) for path in sorted(DATA.glob("rr_*.rr.csv"))
            for row in published_rows(path)]
    plain = [(name, row) for name, row in rows if row["measure"] not in SPECTRAL]
    return [exact(plain), printed(plain), *spectra([x for x in rows if x[1]["measure"] in ("lf", "hf")])]


def published_rows(path: Any) -> list[dict[str, Any]]:
    """The scorer's comparison of hubd hrv --raw with the published values that hubd gives too."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
        json.dump(hrv_of(path, "--raw"), out)
        out.flush()
        rows = scorer.score_rr(str(path), out.name)["rows"]
    name = path.name.removesuffix(".rr.csv")
    return [row for row in rows if "missing" not in row and row["source"].startswith("published")
            and (name, row["measure"]) not in OTHER_MEASURES]


def digits_of(value: float) -> int:
    return len(repr(value).replace(".", "").replace("-", "").strip("0"))


def exact(rows: list[tuple[str, dict[str, Any]]]) -> Target:
    full = [row for _, row in rows if digits_of(row["reference"]) >= DIGITS]
    off = worst(abs(row["own"] / row["reference"] - 1) for row in full)
    return Target("HRV in time, rr_* (hrv --raw)", "within 1e-6 of published values",
                  "-" if off is None else f"{off:.0e} worst of {len(full)} values printed to {DIGITS} digits or more",
                  at_most(1e-6, off))


def printed(rows: list[tuple[str, dict[str, Any]]]) -> Target:
    """Values printed short can only be equal in the digits they have."""
    short = [(n, row) for n, row in rows if digits_of(row["reference"]) < DIGITS]
    unlike = []
    for name, row in short:
        decimals = len(repr(row["reference"]).partition(".")[2])
        if abs(round(row["own"], decimals) - row["reference"]) > 10 ** -decimals:
            source = row["source"].rpartition("/")[2].replace("published_reference", name)
            unlike.append(f"{source} {row['measure'].upper()} {row['error_percent']:+.3f} %")
    said = f"{len(short) - len(unlike)} of {len(short)} equal" + (": not " + ", ".join(unlike) if unlike else "")
    return Target("… values printed shorter", "equal in their digits", said, None, asked=False)


def spectra(rows: list[tuple[str, dict[str, Any]]]) -> list[Target]:
    """LF and HF of each source. Kubios' settings are hubd's; the others set their windows otherwise."""
    sources: dict[str, list[tuple[str, float]]] = {}
    for name, row in rows:
        source = row["source"].rpartition("/")[2].replace("published_reference", name)
        sources.setdefault(source, []).append((row["measure"], row["error_percent"]))
    out = []
    for source, errors in sources.items():
        said = ", ".join(f"{m.upper()} {e:+.2f} %" for m, e in errors)
        same = source.startswith("kubios")
        out.append(Target(f"HRV in frequency, {source}", "within 1 %" if same else "other settings", said,
                          every(abs(e) <= 1 for _, e in errors), asked=same))
    return out


# ---------------------------------------------------------------- what Go's tests and benchmarks measure

# A test that logs a line beginning with "target:" says what it measured; it fails where the target is missed.
PROOFS = (
    ("artefacts put into clean intervals", "found ≥ 99 / 99 / 95 %, false ≤ 0.3 %, RMSSD 3 / 5 %", "Inject"),
    ("SCR on synth with sensor noise", "F1 ≥ 95 %, onset within 0.3 s", "ResponsesOf|SCR"),
)
BENCHMARK = "DSP/pulse,_skin_and_motion,_paced|PulseAndSkin"


def go(*arguments: str) -> str:
    done = subprocess.run([os.environ.get("GO", "go"), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300)
    return done.stdout + done.stderr


def from_tests() -> list[Target]:
    return [proof(*p) for p in PROOFS] + [speed()]


def proof(measure: str, target: str, pattern: str) -> Target:
    printed = go("test", "-count=1", "-v", "-run", pattern, "./dsp")
    ran = len(re.findall(r"^--- (?:PASS|FAIL): ", printed, re.M))
    failed = re.findall(r"^--- FAIL: (\S+)", printed, re.M)
    said = re.findall(r"_test\.go:\d+: target: (.*)", printed)
    if not ran:
        return Target(measure, target, "no such test in dsp", None)
    measured = "; ".join(said) if said else f"{ran - len(failed)} of {ran} tests of dsp pass"
    return Target(measure, target, measured, not failed if said else (False if failed else None))


def speed() -> Target:
    printed = go("test", "-run", "^$", "-bench", BENCHMARK, "-benchmem", "./dsp")
    rates = re.findall(r"([\d.e+]+) ×real-time", printed)
    allocations = re.findall(r"(\d+) allocs/op", printed)
    target = "≥ 20000 × real time, 0 allocations"
    if not rates:
        return Target("speed, pure dsp, 250 Hz pulse + 25 Hz EDA", target, "no such benchmark", None)
    return Target("speed, pure dsp, 250 Hz pulse + 25 Hz EDA", target,
                  f"{float(rates[0]):.0f} × real time, {allocations[0]} allocations a sample",
                  float(rates[0]) >= 20000 and allocations[0] == "0")
