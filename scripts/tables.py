"""Aligned text tables."""
from __future__ import annotations

from typing import Sequence

Cell = str | float | int | None


def text(value: Cell, digits: int = 2) -> str:
    """A dash is a value that is not there, never a nought."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    return str(value)


def table(titles: Sequence[str], rows: Sequence[Sequence[Cell]], flush: str = "<", digits: int = 2) -> str:
    """Columns padded to their widest cell. flush says left (<) or right (>) of each; the rest are right."""
    cells = [list(titles)] + [[text(c, digits) for c in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(titles))]
    flush = flush.ljust(len(titles), ">")
    lines = ["  ".join(f"{c:{f}{w}}" for c, f, w in zip(row, flush, widths)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines)


def section(title: str, body: str) -> None:
    print(f"\n{title}\n\n{body}", flush=True)
