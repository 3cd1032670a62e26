"""Waiting for what something else will make true, with a bound."""

import asyncio
import time

PATIENCE = 30.0  # seconds; everything here comes within a few, only a busy machine needs more


class NotSo(Exception):
    """Something that should have come true did not."""


async def until(what, holds, within=PATIENCE):
    """Wait until holds() is true and give its value. A failure tells the newest value."""
    end = time.monotonic() + within
    while True:
        value = holds()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if time.monotonic() > end:
            raise NotSo(f"not within {within:g} s: {what}")
        await asyncio.sleep(0.02)


async def until_same(what, read, wanted, within=PATIENCE):
    """Wait until read() gives wanted, and say what it gave if it does not."""
    try:
        return await until(what, lambda: read() == wanted, within)
    except NotSo as e:
        raise NotSo(f"{e}: want {wanted!r}, have {read()!r}") from None


async def until_none(what, read, within=PATIENCE):
    """Wait until read() gives an empty list, and say what is left if it does not."""
    try:
        await until(what, lambda: not read(), within)
    except NotSo as e:
        raise NotSo(f"{e}; left: {read()}") from None
