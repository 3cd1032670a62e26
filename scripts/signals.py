"""The recordings as the peers take them: a whole channel at one sampling rate, the right way up."""
from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from replays import Case

EVEN = 0.01                  # of a step: less is no unevenness
PULSE_BAND_HZ = (0.7, 3.5)   # 42 to 210 beats a minute
PEAK_HZ = 0.2                # either side of a peak
OPEN_CIRCUIT = 0.5           # of the Grove board, as replay takes it
COUNTS = 4096


@dataclass
class Signal:
    name: str
    values: np.ndarray
    rate: int


def read_columns(path: Path, names: list[str]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Times from the first row, and the columns wanted; a blank cell is NaN."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        titles = next(rows)
        wanted = [titles.index(n) for n in ["t_s", *names]]
        cells = np.array([[float(row[i] or "nan") for i in wanted] for row in rows if row])
    return cells[:, 0] - cells[0, 0], {n: cells[:, i + 1] for i, n in enumerate(names)}


def evenly(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, int]:
    """Blank cells left out; uneven times, or a rate that is no whole number of hertz, by straight lines to the nearest whole rate:
    no peer takes a time of each sample, and some take no fraction."""
    there = np.isfinite(values)
    times, values = times[there], values[there]
    steps = np.diff(times)
    rate = max(1, round(1 / float(np.median(steps))))
    if np.max(np.abs(steps - 1 / rate)) > EVEN / rate:
        values = np.interp(np.arange(times[0], times[-1], 1 / rate), times, values)
    return values, rate


def pulse_clarity(signal: Signal) -> float:
    """Power round the largest peak of the pulse band and round its double, over the rest: de Haan and Jeanne 2013 (IEEE Trans Biomed
    Eng 60:2878), who choose among camera signals by it."""
    power = np.abs(np.fft.rfft(signal.values - signal.values.mean())) ** 2
    at = np.fft.rfftfreq(len(signal.values), 1 / signal.rate)
    band = (at >= PULSE_BAND_HZ[0]) & (at <= PULSE_BAND_HZ[1])
    if not power[band].any():
        return 0.0
    peak = at[band][np.argmax(power[band])]
    near = (np.abs(at - peak) <= PEAK_HZ) | (np.abs(at - 2 * peak) <= PEAK_HZ)
    whole = (at >= PULSE_BAND_HZ[0]) & (at <= 2 * PULSE_BAND_HZ[1])
    return float(power[near & whole].sum() / (power[~near & whole].sum() + 1e-12))


def readings(case: Case) -> list[Signal]:
    """The signal that a user would give a peer, then all others. Of a camera: the channel with the clearest pulse, turned over, since
    more blood is less light; ir of a MAX30102 too. Everything else stands upright already."""
    times, columns = read_columns(case.path, list(case.pulse))
    darkens = len(case.pulse) > 1 or case.pulse[0] == "ir"
    likely, others = [], []
    for name, values in columns.items():
        even, rate = evenly(times, values)
        likely.append(Signal(name, -even if darkens else even, rate))
        if len(case.pulse) > 1:
            others.append(Signal(name, even, rate))
    likely.sort(key=pulse_clarity, reverse=True)
    return likely + others


def read_skin(case: Case) -> tuple[np.ndarray | None, int]:
    """Skin conductance in µS and its rate; None where there is none. Grove counts by replay's own formula."""
    if case.eda is None:
        return None, 0
    times, columns = read_columns(case.path, [case.eda])
    values, rate = evenly(times, columns[case.eda])
    if case.eda.endswith("_adc"):
        share = values / COUNTS
        values = 100 * (OPEN_CIRCUIT - share) / (1 + 2 * share)
    return values, rate
