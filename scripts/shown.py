"""Figures that the scorer does not give, from the same events and references: what was shown, what was withheld and why."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from replays import Replay, scorer

LEARNING_S = 10.0     # of each run of contact, in which beats may come late
RATE_WINDOW_S = 10.0  # of a heart_rate event (docs/replay.md)
RATE_BEATS = 5        # intervals it needs
SAME_BEATS = 10       # of a 60 s window, as the scorer asks of hubd's
RATE_EDGE_S = 0.1     # both see the same newest beat, whatever the pulse delay does


def contact_runs(r: Replay) -> list[tuple[float, float]]:
    """From and to, in seconds, of unbroken contact of the pulse sensor."""
    runs, since = [], None
    for event in sorted(r.signal("pulse"), key=lambda e: e["at_s"]):
        if event.get("contact") and since is None:
            since = event["at_s"]
        elif not event.get("contact") and since is not None:
            runs.append((since, event["at_s"]))
            since = None
    if since is not None:
        runs.append((since, max(r.rec.duration, since)))
    return runs


def latency_p95(r: Replay) -> float | None:
    """at_s - t_s of the beats that came after the first 10 s of a run of contact and before its end."""
    runs = contact_runs(r)
    delays = [b["at_s"] - b["t_s"] for b in r.events.get("beat", [])
              if any(start + LEARNING_S <= b["at_s"] <= end for start, end in runs)]
    return scorer.quantiles(delays, 95)[0]


@dataclass(frozen=True)
class RateErrors:
    p50: float | None
    p95: float | None
    worst: float | None


def heart_rate_errors(r: Replay) -> RateErrors:
    """Each heart_rate shown, against the reference's median rate of the same 10 s: those before the newest interval told."""
    told = sorted((e["at_s"], e["t_s"]) for e in r.events.get("ibi", []))
    if r.rec.intervals is None or not len(r.rec.intervals) or not told:
        return RateErrors(None, None, None)
    ref = scorer.reference_intervals(r.rec, r.lag, clean=True)
    at, newest = np.array([a for a, _ in told]), np.maximum.accumulate([t for _, t in told])
    errors = []
    for event in r.events.get("heart_rate", []):
        known = int(np.searchsorted(at, event["at_s"], side="right"))
        if event["bpm"] is None or not known:
            continue
        end = newest[known - 1] + RATE_EDGE_S
        inside = ref[(ref[:, 1] > end - RATE_WINDOW_S) & (ref[:, 1] <= end), 2]
        if inside.size >= RATE_BEATS:
            errors.append(abs(event["bpm"] - 60000 / np.median(inside)))
    p50, p95 = scorer.quantiles(errors, 50, 95)
    return RateErrors(p50, p95, max(errors) if errors else None)


def same_beats_rate_error(r: Replay) -> float | None:
    """Median over the scorer's 60 s windows of the error of the median rate, of those intervals alone that both hubd and the reference have: what the
    reference does not trust has no truth, and it leaves out the quick beats more often."""
    if r.rec.intervals is None or not r.events.get("ibi"):
        return None
    ref, own = scorer.reference_intervals(r.rec, r.lag), scorer.nn_rows(r.events)
    pairs = scorer.match(ref[:, 1], own[:, 1])
    errors = []
    for start in np.arange(0, max(r.rec.duration - 30, 1), 60.0):
        inside = [(i, j) for i, j in pairs if start < ref[i, 1] <= start + 60]
        if len(inside) >= SAME_BEATS:
            theirs, ours = zip(*((ref[i, 2], own[j, 2]) for i, j in inside))
            errors.append(abs(60000 / np.median(ours) - 60000 / np.median(theirs)))
    return scorer.quantiles(errors, 50)[0]


def rate_shown_percent(r: Replay) -> float | None:
    """Share of seconds that had a heart rate."""
    rates = r.events.get("heart_rate", [])
    return scorer.percent(sum(e["bpm"] is not None for e in rates), len(rates))


def span(r: Replay, condition: str | None) -> tuple[float, float]:
    return r.rec.conditions.get(condition, (0.0, r.rec.duration))


def seconds_of(r: Replay, channel: str, condition: str | None = None) -> list[dict[str, Any]]:
    """The signal event that holds, at each second of a condition or of the whole recording."""
    held = scorer.Held(r.signal(channel), lambda e: e)
    start, end = span(r, condition)
    seen = [held.at(t) for t in np.arange(start + 0.5, max(end, start + 1), 1.0)]
    return [e for e in seen if e is not None]


def usable(event: dict[str, Any]) -> bool:
    return bool(event.get("contact")) and (event["quality"] or 0.0) >= scorer.USABLE_QUALITY


def skin_percent(r: Replay, condition: str | None = None) -> tuple[float | None, float | None]:
    """Share of the time with contact, and usable."""
    seen = seconds_of(r, "eda", condition)
    return (scorer.percent(sum(bool(e.get("contact")) for e in seen), len(seen)),
            scorer.percent(sum(usable(e) for e in seen), len(seen)))


def reason_shares(r: Replay, channel: str, condition: str | None = None) -> dict[str, float]:
    """Percent of the time that each reason was given; the reason of a usable signal does not count."""
    seen = seconds_of(r, channel, condition)
    counts: dict[str, int] = {}
    for event in seen:
        if not usable(event):
            reason = event.get("reason") or "no reason given"
            counts[reason] = counts.get(reason, 0) + 1
    return {k: 100.0 * n / len(seen) for k, n in sorted(counts.items(), key=lambda kv: -kv[1])}


def reasons(r: Replay, channel: str, condition: str | None = None) -> str:
    """The three reasons that held longest."""
    shares = list(reason_shares(r, channel, condition).items())[:3]
    return "; ".join(f"{reason} {share:.0f}" for reason, share in shares if share >= 0.5) or "-"


def best_constant(r: Replay) -> float | None:
    """The MAE of the one breathing rate that would have been best: what a method must beat to know anything."""
    truths = []
    for time in np.arange(scorer.RESP_WINDOW_S, r.rec.duration + 1e-9, scorer.RESP_STEP_S):
        both = [scorer.breathing_rate(b, time - scorer.RESP_WINDOW_S, time) for b in r.rec.breaths]
        if None not in both:
            truths.append(np.mean(both))
    if not truths:
        return None
    return float(np.mean(np.abs(np.array(truths) - np.median(truths))))
