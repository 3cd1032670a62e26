"""The targets that the recordings decide. Which reading of a figure decides, and why: docs/accuracy.md."""
from __future__ import annotations

import re
from typing import Callable

import shown
from replays import Replay, finite, median, worst
from tables import text
from target import Target, at_least, at_most, every

USABLE_FINGER = 90.0    # % of reference beats in usable time; below it "usable" counts for nothing
USABLE_CAMERA = 70.0
SKIN_USABLE = 50.0      # % of base and stress; below it a session has no contact to speak of


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
    return [t for group in groups for t in group(readings)]


def own_ecg(r: Readings, name: str) -> float | None:
    """RMSSD of the pulse wave against that of the ECG through the same chain, in percent."""
    finger, heart = (r.get(label, "hrv", "summary", "rmssd_ms", "own") for label in (name, f"{name} ecg"))
    return None if finger is None or not heart else 100 * (finger - heart) / heart


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
        Target("… against the same ECG read by hubd", "(the reference has two misplaced R waves)", f"{text(own_ecg(r, name))} %",
               None, asked=False),
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
    same = [shown.same_beats_rate_error(x) for x in calm if not x.failed]
    stress = r.like(r"wesad_s(06|11)_stress_bvp")
    silent = {x.case.name[6:9]: 100 - (shown.rate_shown_percent(x) or 0) for x in stress if not x.failed}
    limits = "≤ 1 bpm median, ≤ 3 worst recording"
    return [
        Target("wrist (wesad, base and meditation)", limits, f"{text(median(p50))} median, {text(worst(p50))} worst (60 s)",
               every((at_most(1, median(p50)), at_most(3, worst(p50))))),
        Target("… on the beats that the wristband trusts", "(it leaves out the quick ones)",
               f"{text(median(same))} median, {text(worst(same))} worst (60 s)", None, asked=False),
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
