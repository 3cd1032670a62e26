"""Runs all steps and tells what was found."""

import argparse
import asyncio
import os
import sys
import time

from . import step_entities
from .evening import Evening

BUDGET = 600  # seconds for everything after the first install


async def main():
    """Run the steps, all of them or those whose name has a word in it."""
    parser = argparse.ArgumentParser(prog="e2e_ha")
    parser.add_argument("--pictures", action="store_true", help="take pictures with Chromium")
    parser.add_argument("--only", default="", help="only steps with one of these words in their name, separated by |")
    o = parser.parse_args()
    began = time.monotonic()
    e = Evening(os.getcwd())
    try:
        await e.run("mosquitto, hubd and Home Assistant start", Evening.begin)
        if e.home.entry:
            for name, act in step_entities.STEPS:
                if not o.only or any(word in name for word in o.only.split("|")):
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
