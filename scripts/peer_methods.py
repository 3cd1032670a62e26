"""The other programs, each with the settings that its own documentation gives for such a signal (docs/accuracy.md has the list).

A method gets a whole recording at one sampling rate, since all of them work offline, and answers with what the scorer can read.
"""
from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

warnings.filterwarnings("ignore")

MISSING: dict[str, str] = {}  # peer: why it cannot be used here

try:
    import neurokit2 as nk
except Exception as err:  # whatever an import of a foreign package raises
    MISSING["NeuroKit2"] = repr(err)
try:
    import heartpy
except Exception as err:
    MISSING["HeartPy"] = repr(err)
try:
    # pyPPG asks for a numpy that still had this name. Its detector finds the same peaks, to the sample, with either.
    if not hasattr(np, "NaN"):
        np.NaN = np.nan  # type: ignore[attr-defined]
    import pandas
    import pyPPG
    import pyPPG.fiducials
    import pyPPG.preproc
    from dotmap import DotMap
except Exception as err:
    MISSING["pyPPG"] = repr(err)

SCR_LEAST_US = 0.05  # µS, as hubd's (Boucsein 2012)
BREATH_WINDOW_S = 32  # of the reference


@dataclass
class Found:
    """Times in seconds from the first sample. Rows of nn are end_s, ms; of breathing at_s, rate per minute."""

    beats: np.ndarray
    nn: np.ndarray
    breathing: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass(frozen=True)
class Method:
    name: str
    peer: str
    ecg: bool
    find: Callable[[np.ndarray, int], Found]
    does: str = "beats, corrected intervals, breathing"


def between(beats: np.ndarray) -> np.ndarray:
    return np.column_stack((beats[1:], np.diff(beats) * 1000)) if len(beats) > 1 else np.zeros((0, 2))


# ---------------------------------------------------------------- NeuroKit2


def kubios(peaks: np.ndarray, rate: int) -> np.ndarray:
    """Lipponen and Tarvainen's correction, NeuroKit2's implementation."""
    return np.asarray(nk.signal_fixpeaks(peaks, sampling_rate=rate, method="Kubios")[1])


def with_breathing(peaks: np.ndarray, samples: int, rate: int) -> Found:
    """Corrected intervals, and the breathing rate from them, averaged over the window that the reference has."""
    fixed = kubios(peaks, rate)
    heart = nk.signal_rate(fixed, sampling_rate=rate, desired_length=samples)
    breaths = nk.rsp_process(nk.ecg_rsp(heart, sampling_rate=rate), sampling_rate=rate)[0]["RSP_Rate"].to_numpy()
    seconds = np.arange(BREATH_WINDOW_S, samples / rate, 1.0)
    sums = np.concatenate(([0.0], np.cumsum(breaths)))
    ends = (seconds * rate).astype(int)
    width = BREATH_WINDOW_S * rate
    means = (sums[ends] - sums[ends - width]) / width
    return Found(peaks / rate, between(fixed / rate), np.column_stack((seconds, means)))


def neurokit_light(detector: str) -> Callable[[np.ndarray, int], Found]:
    def find(x: np.ndarray, rate: int) -> Found:
        clean = nk.ppg_clean(x, sampling_rate=rate, method="elgendi")
        peaks = nk.ppg_findpeaks(clean, sampling_rate=rate, method=detector)["PPG_Peaks"]
        return with_breathing(np.asarray(peaks, int), len(x), rate)
    return find


def neurokit_ecg(detector: str, cleaner: str) -> Callable[[np.ndarray, int], Found]:
    def find(x: np.ndarray, rate: int) -> Found:
        clean = nk.ecg_clean(x, sampling_rate=rate, method=cleaner)
        peaks = nk.ecg_peaks(clean, sampling_rate=rate, method=detector)[1]["ECG_R_Peaks"]
        return with_breathing(np.asarray(peaks, int), len(x), rate)
    return find


def neurokit_chain(x: np.ndarray, rate: int, ecg: bool, eda: np.ndarray | None, eda_rate: int) -> int:
    """Process, correction, HRV in time and frequency, breathing, EDA. Left out: its non-linear measures, which hubd has not."""
    if ecg:
        peaks = nk.ecg_process(x, sampling_rate=rate)[1]["ECG_R_Peaks"]
    else:
        peaks = nk.ppg_process(x, sampling_rate=rate)[1]["PPG_Peaks"]
    fixed = kubios(np.asarray(peaks, int), rate)
    nk.hrv_time(fixed, sampling_rate=rate)
    nk.hrv_frequency(fixed, sampling_rate=rate)
    heart = nk.signal_rate(fixed, sampling_rate=rate, desired_length=len(x))
    nk.rsp_process(nk.ecg_rsp(heart, sampling_rate=rate), sampling_rate=rate)
    if eda is not None:
        nk.eda_process(eda, sampling_rate=eda_rate)
    return len(fixed)


def neurokit_responses(eda: np.ndarray, rate: int) -> dict[str, np.ndarray]:
    """Peak times of skin conductance responses: by NeuroKit2's own rule, and all of at least hubd's 0.05 µS."""
    own = nk.eda_process(eda, sampling_rate=rate)[1]
    phasic = nk.eda_phasic(nk.eda_clean(eda, sampling_rate=rate), sampling_rate=rate)["EDA_Phasic"]
    every = nk.eda_peaks(phasic, sampling_rate=rate, amplitude_min=1e-6)[1]
    large = np.asarray(every["SCR_Amplitude"]) >= SCR_LEAST_US
    return {"own rule": np.asarray(own["SCR_Peaks"]) / rate, "0.05 µS": np.asarray(every["SCR_Peaks"])[large] / rate}


# ---------------------------------------------------------------- HeartPy and pyPPG


def heartpy_light(x: np.ndarray, rate: int) -> Found:
    """High precision, cleaned intervals; its one breathing rate holds for the whole recording."""
    smooth = heartpy.filter_signal(x, cutoff=[0.7, 3.5], sample_rate=rate, order=3, filtertype="bandpass")
    data, measures = heartpy.process(smooth, rate, high_precision=True, high_precision_fs=1000.0, clean_rr=True)
    peaks = np.asarray(data["peaklist"], float) / rate
    kept = np.asarray(data["binary_peaklist"]).astype(bool)
    clean = np.asarray(data["RR_masklist"]) == 0
    breathing = float(measures["breathingrate"]) * 60
    told = np.array([[0.0, breathing]]) if np.isfinite(breathing) else np.zeros((0, 2))
    return Found(peaks[kept], between(peaks)[clean], told)


def pyppg_light(x: np.ndarray, rate: int) -> Found:
    """The detector alone; pyPPG corrects no intervals and tells no breathing."""
    s = DotMap(v=x, fs=rate, filtering=True, start_sig=0, end_sig=len(x), name="")
    s.ppg, s.vpg, s.apg, s.jpg = pyPPG.preproc.Preprocess().get_signals(s)
    s.correction = pandas.DataFrame({name: [True] for name in ("on", "dn", "dp", "v", "w", "f")})
    signal = pyPPG.PPG(s, check_ppg_len=False)
    peaks = np.asarray(pyPPG.fiducials.FpCollection(signal).get_peak_onset()[0], float) / rate
    return Found(peaks, between(peaks))


METHODS = (
    Method("NK elgendi", "NeuroKit2", False, neurokit_light("elgendi")),
    Method("NK charlton", "NeuroKit2", False, neurokit_light("charlton")),
    Method("HeartPy", "HeartPy", False, heartpy_light),
    Method("pyPPG", "pyPPG", False, pyppg_light, "beats"),
    Method("NK neurokit", "NeuroKit2", True, neurokit_ecg("neurokit", "neurokit")),
    Method("NK pantompkins", "NeuroKit2", True, neurokit_ecg("pantompkins1985", "pantompkins1985")),
    Method("NK hamilton", "NeuroKit2", True, neurokit_ecg("hamilton2002", "hamilton2002")),
)
