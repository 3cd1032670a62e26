"""make accuracy: every target beside what was measured, then every recording. What the columns mean: docs/accuracy.md."""
from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import shown
from interval_targets import interval_files
from replays import Replay, all_cases, replay, scorer
from state_targets import state_targets
from tables import section, table, text
from target import TITLES
from targets import from_recordings
from go_targets import from_tests


def beat_row(r: Replay) -> list[Any]:
    rates = shown.heart_rate_errors(r)
    own, from_nn = r.figure("hrv", "summary", "rmssd_ms"), r.figure("hrv", "from_ibi", "rmssd_ms")
    return [r.case.label, r.rec.beat_kind,
            r.figure("beats", "f1_percent"), r.figure("beats", "usable_f1_percent"),
            tenths(r.figure("beats", "usable_reference_percent")), shown.latency_p95(r),
            tenths(r.figure("ibi", "error_p50_ms")),
            tenths(scorer.dig(own, ("own",))), tenths(scorer.dig(own, ("reference",))),
            tenths(scorer.dig(own, ("error_percent",))), tenths(scorer.dig(from_nn, ("error_percent",))),
            r.figure("ibi", "rate_error_p50_bpm"), r.figure("ibi", "rate_error_worst_bpm"),
            rates.p50, rates.p95, whole(shown.rate_shown_percent(r))]


def tenths(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def whole(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f}"


BEAT_TITLES = ["recording", "reference", "F1 %", "F1 us.", "us. %", "lat.95 s", "IBI ms", "RMSSD", "ref.", "err. %", "nn err.%",
               "bpm p50", "worst", "shown p50", "p95", "shown %"]


def breath_row(r: Replay) -> list[Any]:
    return [r.case.label, r.figure("respiration", "mae_per_min"), whole(r.figure("respiration", "coverage_percent")),
            r.figure("respiration", "good_mae_per_min"), whole(r.figure("respiration", "good_coverage_percent")),
            shown.best_constant(r)]


BREATH_TITLES = ["recording", "MAE /min", "shown %", "MAE q.5", "shown %", "best constant"]


def skin_row(r: Replay) -> list[Any]:
    """Responses and level of each labelled condition in one line; none of a sensor that never had contact."""
    contact, usable = shown.skin_percent(r)
    conditions = (r.figure("eda", "conditions") or {}) if contact else {}
    rates = ", ".join(f"{name} {values['scr_per_min']:.1f}" for name, values in conditions.items())
    levels = ", ".join(text(values["scl_median_microsiemens"], 1) for values in conditions.values())
    return [r.case.label, whole(contact), whole(usable), rates or "-", levels or "-", shown.reasons(r, "eda")]


SKIN_TITLES = ["recording", "contact %", "usable %", "SCR/min", "SCL µS", "not usable: reason, % of time"]


def withheld_rows(replays: list[Replay]) -> list[list[Any]]:
    """Recordings whose pulse is not usable for a tenth of the time or more, and why."""
    rows = []
    for r in replays:
        usable = r.figure("signal", "pulse", "usable_percent")
        if usable is not None and usable < 90:
            rows.append([r.case.label, whole(r.figure("signal", "pulse", "contact_percent")), whole(usable),
                         shown.reasons(r, "pulse")])
    return rows


def print_recordings(replays: list[Replay]) -> None:
    done = [r for r in replays if not r.failed]
    section("Every recording: beats, intervals, heart rate",
            table(BEAT_TITLES, [beat_row(r) for r in done if r.case.pulse], flush="<<"))
    for r in replays:
        if r.failed:
            print(f"{r.case.label}: replay failed: {r.failed}")
    section("Breathing", table(BREATH_TITLES, [breath_row(r) for r in done if r.rec.breaths]))
    section("Skin conductance", table(SKIN_TITLES, [skin_row(r) for r in done if r.signal("eda") and not r.case.ecg],
                                      flush="<>><<<"))
    section("Pulse not usable for 10 % of the time or more", table(
        ["recording", "contact %", "usable %", "reason, % of time"], withheld_rows(done), flush="<>><"))


def main() -> int:
    with ThreadPoolExecutor(1) as beside:
        tests = beside.submit(from_tests)  # Go compiles while recordings are read
        replays = [replay(case) for case in all_cases()]
        rows = from_recordings(replays) + interval_files() + tests.result()
    states = state_targets(replays)
    section("Signals: every target", table(TITLES, [t.cells() for t in rows], flush="<<<<"))
    section("State: every target", table(TITLES, [t.cells() for t in states], flush="<<<<"))
    print_recordings(replays)
    asked = [t for t in rows + states if t.asked]
    print(f"\n{sum(t.met is True for t in asked)} of {len(asked)} targets met; {len(replays)} readings of recordings.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
