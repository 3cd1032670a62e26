"""The targets that interval files with published values decide: hubd hrv."""
from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from replays import DATA, hrv_of, scorer, worst
from target import Target, at_most, every

# rr_pyhrv_long says in its json that its SDSD is another measure: the deviation of absolute differences.
OTHER_MEASURES = {("rr_pyhrv_long", "sdsd")}
SPECTRAL = {"vlf", "lf", "hf", "lf_hf", "lf_nu", "hf_nu", "total_power", "lf_peak", "hf_peak"}
DIGITS = 7  # a value printed with fewer cannot tell 1e-6
# file, whose figures, and hubd's name of that program's spectral settings
SPECTRA = (("rr_systole", "kubios_2_2", "kubios"), ("rr_systole", "systole", "systole"), ("rr_pyhrv_long", "published", "pyhrv"))


def interval_files() -> list[Target]:
    rows = [(path.name.removesuffix(".rr.csv"), row) for path in sorted(DATA.glob("rr_*.rr.csv"))
            for row in published_rows(path)]
    plain = [(name, row) for name, row in rows if row["measure"] not in SPECTRAL]
    return [exact(plain), printed(plain), *(spectrum(*s) for s in SPECTRA)]


def published_rows(path: Path, *flags: str) -> list[dict[str, Any]]:
    """The scorer's comparison of hubd hrv with the published values that hubd gives too."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
        json.dump(hrv_of(path, *flags or ("--raw",)), out)
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


def spectrum(name: str, source: str, program: str) -> Target:
    """VLF, LF, HF and their ratio with the settings that the figures were made with."""
    measure, path = f"HRV in frequency, as {program}", DATA / f"{name}.rr.csv"
    try:
        rows = published_rows(path, "--like", program)
    except (subprocess.CalledProcessError, OSError):
        return Target(measure, "within 1 %", f"hubd hrv --like {program} did not run on {name}", None)
    errors = {row["measure"]: row["error_percent"] for row in rows
              if row["measure"] in ("vlf", "lf", "hf", "lf_hf") and source in row["source"].split("/")[-1]}
    said = ", ".join(f"{m.upper().replace('_', '/')} {e:+.3f} %" for m, e in errors.items())
    return Target(measure, "within 1 %", said or "-", every(abs(e) <= 1 for e in errors.values()))
