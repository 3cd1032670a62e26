"""Runs all steps and tells what was found."""

import argparse
import asyncio
import os
import sys
import time

from . import step_abuse, step_blueprints, step_controls, step_entities, step_latency, step_lost, step_pictures, step_private
from .evening import Evening

BUDGET = 600  # seconds for everything after the first install

# The order matters: heart-rate variability needs a minute before every entity has a value, and each part begins where the one
# before it ended.
PARTS = {
    "entities": step_private.FIRST + step_latency.STEPS + step_abuse.STEPS[:2] + step_entities.STEPS,
    "controls": step_controls.STEPS,
    "pictures": step_pictures.STEPS,
    "blueprints": step_blueprints.STEPS,
    "lost": step_lost.FIRST + step_abuse.STEPS[2:] + step_lost.STEPS,
    "private": step_private.STEPS,
    "end": step_entities.LAST + step_private.LAST,
}


async def main():
    """Run the parts, all of them or those named."""
    parser = argparse.ArgumentParser(prog="e2e_ha")
    parser.add_argument("--pictures", action="store_true", help="take pictures with Chromium")
    parser.add_argument("--only", default=" ".join(PARTS), help="parts to run, of " + ", ".join(PARTS))
    o = parser.parse_args()
    began = time.monotonic()
    e = Evening(os.getcwd())
    try:
        await e.run("mosquitto, hubd and Home Assistant start", Evening.begin)
        for name, act in step_entities.FIRST if e.home.entry else ():
            await e.run(name, act)
        for part in PARTS if e.home.entry else ():
            if part in o.only.split() and (o.pictures or part != "pictures"):
                for name, act in PARTS[part]:
                    await e.run(name, act)
    finally:
        await e.end()
    return report(e, time.monotonic() - began)


def report(e, took):
    """Print figures and failures; 0 where there are none."""
    print("\nfigures")
    for step, text in e.figures:
        print(f"  {step}: {text}")
    e.step = "all in one run"
    e.check(took < BUDGET, f"{took:.0f} s, want {BUDGET} at most")
    print(f"\n{len(e.done)} steps in {took:.0f} s, {len(e.failures)} things not as they should be")
    for step, text in e.failures:
        print(f"  {step}: {text}")
    return 1 if e.failures else 0


sys.exit(asyncio.run(main()))
