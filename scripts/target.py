"""One target beside what was measured."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from tables import Cell


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
