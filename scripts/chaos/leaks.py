"""Whether anything grows: the slope of what hubd holds over hours of trouble."""

import math
import statistics

# name, meter, per unit, how much it may have grown over the whole run before a slope above zero counts: a sum that is this small is no leak
# that anybody would meet in years of such days.
HELD = (
    ("goroutines", "hubd_goroutines", 1, 1),
    ("open files", "hubd_open_files", 1, 1),
    ("threads", "threads", 1, 4),
    ("memory in use, KiB", "hubd_memory_live_bytes", 1024, 256),
    ("memory held, KiB", "hubd_memory_anonymous_bytes", 1024, 1024),
)


def slope(points):
    """Theil and Sen's slope, which outliers do not move, with the bounds of its 95 % confidence (after Gilbert)."""
    slopes = sorted((b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(points) for b in points[i + 1:])
    n, pairs = len(points), len(slopes)
    width = 1.96 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low, high = int(max(0, (pairs - width) / 2)), int(min(pairs - 1, (pairs + width) / 2 + 1))
    return slopes[low], statistics.median(slopes), slopes[high]


def leaks(held):
    """Print what hubd held, and give the names of what grew. held: (time in seconds, meters). The first quarter is its warming up."""
    held, grown = held[len(held) // 4:], []
    if len(held) < 8:
        print("too few rounds to tell whether anything grows")
        return grown
    lasted = held[-1][0] - held[0][0]
    print(f"\n{'held, first quarter left out':30} {'median':>8} {'most':>8} {'slope an hour (95 %)':>30}   by thirds")
    for name, meter, unit, little in HELD:
        values = [(at, meters[meter] / unit) for at, meters in held]
        low, middle, high = (3600 * x for x in slope(values))
        third = len(values) // 3 or 1
        thirds = " ".join(f"{statistics.median(v for _, v in values[i:i + third]):.0f}" for i in (0, third, 2 * third))
        bounds = f"{middle:.1f} ({low:.1f} to {high:.1f})"
        print(f"{name:30} {statistics.median(v for _, v in values):8.0f} {max(v for _, v in values):8.0f} {bounds:>30}   {thirds}")
        if low > 0 and middle * lasted / 3600 > little:
            grown.append(name)
    return grown
