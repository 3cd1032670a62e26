"""Exports recordings as EDF+ and reads them back with pyedflib: edf.py HUBD DATA."""

import csv
import gzip
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import pyedflib

try:
    import neurokit2
except ImportError:
    neurokit2 = None

UNEVEN = 2.0  # cells: how far from its time a value may be found


def read_csv(path):
    """The columns that hubd reads, each as times since the first row and values."""
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as f:
        table = csv.DictReader(f)
        names = [n for n in table.fieldnames if n == "red" or n == "ir" or n.startswith(("ppg", "ecg", "eda", "acc", "ir_", "red_"))]
        columns = {n: ([], []) for n in names}
        start = None
        for row in table:
            t = float(row["t_s"])
            start = t if start is None else start
            for n in names:
                if row[n] != "":
                    columns[n][0].append(t - start)
                    columns[n][1].append(float(row[n]))
    return [(n, np.array(t), np.array(v)) for n, (t, v) in columns.items() if t]


def scale_of(dimension):
    first = dimension.split(" ")[0] if dimension else ""
    return float(first) if first.startswith("1e") else 1.0


def compare(column, signal, header):
    """The largest distance of a value from its own, in quantisation steps, with the values taken in order."""
    name, times, values = column
    scale, rate = scale_of(header["dimension"]), header["sample_frequency"]
    step = (header["physical_max"] - header["physical_min"]) / (header["digital_max"] - header["digital_min"]) * scale
    got = signal * scale
    cell, worst = 0, 0.0
    for t, v in zip(times, values):
        cell = max(cell, math.ceil(t * rate - UNEVEN))
        while cell < len(got) and cell / rate <= t + UNEVEN / rate and abs(got[cell] - v) > step:
            cell += 1
        if cell >= len(got) or cell / rate > t + UNEVEN / rate:
            raise SystemExit(f"{name}: {v} at {t} s is not there")
        worst = max(worst, abs(got[cell] - v) / step)
        cell += 1
    return worst


def toolbox(columns, signals):
    """How many heartbeats NeuroKit2 finds in the EDF file, which must be as many as in the recording itself; nothing without NeuroKit2."""
    if neurokit2 is None:
        return ""
    told = ""
    for (name, times, values), (signal, rate) in zip(columns, signals):
        even = len(values) > 1000 and len(values) == len(signal) and np.ptp(np.diff(times)) < 0.001
        if not even or not name.startswith(("ecg", "ppg")):
            continue
        process, peaks = (neurokit2.ecg_process, "ECG_R_Peaks") if name.startswith("ecg") else (neurokit2.ppg_process, "PPG_Peaks")
        found = [len(process(x, sampling_rate=round(rate))[1][peaks]) for x in (signal, values)]
        if found[0] != found[1]:
            raise SystemExit(f"{name}: NeuroKit2 finds {found[0]} beats in the EDF file, and {found[1]} in the recording")
        told += f"; NeuroKit2 finds the same {found[0]} beats in {name}"
    return told


def check(hubd, path, place):
    out = place / "out.edf"
    with open(out, "wb") as f:
        done = subprocess.run([hubd, "export", "--capture", path, "--format", "edf"], stdout=f, stderr=subprocess.PIPE, text=True)
    if "too uneven" in done.stderr:
        print(f"{path.name}: refused, since its time steps are too uneven for EDF")
        return
    if done.returncode:
        raise SystemExit(f"{path.name}: {done.stderr}")
    with pyedflib.EdfReader(str(out)) as edf:
        columns = read_csv(path)
        if edf.filetype != pyedflib.FILETYPE_EDFPLUS or edf.signals_in_file != len(columns):
            raise SystemExit(f"{path.name}: {edf.signals_in_file} signals of {len(columns)}, file type {edf.filetype}")
        told = (edf.getPatientName(), edf.getPatientCode(), edf.getSex(), edf.getBirthdate(), edf.getTechnician(), edf.getEquipment())
        if any(x not in ("", "X") for x in told):
            raise SystemExit(f"{path.name}: the file tells of its wearer: {told}")
        worst = max(compare(c, edf.readSignal(i), edf.getSignalHeader(i)) for i, c in enumerate(columns))
        gaps = [text for text in edf.readAnnotations()[2] if text.startswith("Bad")]
        labels = ", ".join(f"{edf.getLabel(i)} at {edf.getSampleFrequency(i):g} Hz" for i in range(len(columns)))
        told = toolbox(columns, [(edf.readSignal(i), edf.getSampleFrequency(i)) for i in range(len(columns))])
        print(f"{path.name}: {labels}; {sum(len(v) for _, _, v in columns)} values back within {worst:.2f} steps; {len(gaps)} gaps told{told}")


def drawn(place):
    """A recording with a clock that is off, jitter, gaps and a slow column."""
    rng = random.Random(1)
    path = place / "drawn.csv"
    with open(path, "w") as f:
        f.write("t_s,ppg,eda_us,acc_g\n")
        t = 0.0
        for i in range(60000):
            t += 1 / 258.7 * (1 + rng.uniform(-0.1, 0.1)) + (rng.uniform(0.1, 3) if rng.random() < 0.0005 else 0)
            f.write(f"{t:.6f},{math.sin(t * 7):.6f},{4 + math.sin(t / 20):.4f}," + (f"{rng.gauss(0, 0.01):.5f}\n" if i % 10 == 0 else "\n"))
    return path


def main(hubd, data):
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        check(hubd, drawn(place), place)
        for path in sorted(pathlib.Path(data).glob("*.csv.gz")):
            if not path.name.endswith(".beats.csv.gz"):
                check(hubd, path, place)


main(*sys.argv[1:])
