"""A clock of one process that a test may set: nobody else's changes."""

import contextlib
import os
import pathlib
import platform
import re
import signal
import struct
import time

PT_DYNAMIC, DT_STRTAB, DT_SYMTAB, CLOCK = 2, 5, 6, b"__vdso_clock_gettime"
# clock_gettime as a system call; what CLOCK_REALTIME (0) gives is then moved by a number of seconds that stands in the code itself:
#     mov $228, %eax; syscall; test %edi, %edi; jnz end; movabs $SECONDS, %rcx; add %rcx, (%rsi); end: ret
CODE, SECONDS_AT = bytes.fromhex("b8e4000000 0f05 85ff 750d 48b9 0000000000000000 48010e c3"), 13


class Clock:
    """The wall clock of a process that reads the time through the kernel's vDSO, as every Go program does. The monotonic clock stays, as it
    does when a machine's clock is set; so do the dates of files, which the kernel gives."""

    def __init__(self, pid):
        self.pid, self.memory = pid, os.open(f"/proc/{pid}/mem", os.O_RDWR)
        found = re.search(r"^(\w+)-(\w+) .*\[vdso\]$", pathlib.Path(f"/proc/{pid}/maps").read_text(), re.M)
        self.begin, self.end = int(found[1], 16), int(found[2], 16)
        self.at = self.begin + function(os.pread(self.memory, self.end - self.begin, self.begin), CLOCK)
        with self.held():
            os.pwrite(self.memory, CODE, self.at)

    @contextlib.contextmanager
    def held(self):
        """The process stands still meanwhile, none of its threads inside the vDSO."""
        while True:
            os.kill(self.pid, signal.SIGSTOP)
            time.sleep(0.02)
            if not any(self.begin <= place < self.end for place in places(self.pid)):
                break
            os.kill(self.pid, signal.SIGCONT)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def set(self, seconds):
        """Set the clock so many seconds before or after the true time, at once."""
        with self.held():
            os.pwrite(self.memory, struct.pack("<q", seconds), self.at + SECONDS_AT)


def possible():
    """Whether this machine's instructions are the ones above."""
    return platform.machine() == "x86_64"


def places(pid):
    """Where each thread of a process that stands still will go on."""
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        words = (thread / "syscall").read_text().split()
        yield int(words[-1], 16) if len(words) > 1 else 0


def function(image, name):
    """The offset of a function in an ELF image of 64 bit."""
    start, count = struct.unpack_from("<Q", image, 32)[0], struct.unpack_from("<H", image, 56)[0]
    headers = [struct.unpack_from("<IIQQQQQQ", image, start + i * 56) for i in range(count)]
    at, entries = next(h[2] for h in headers if h[0] == PT_DYNAMIC), {}
    while (entry := struct.unpack_from("<QQ", image, at))[0]:
        entries[entry[0]], at = entry[1], at + 16
    names, symbol = entries[DT_STRTAB], entries[DT_SYMTAB]
    while True:
        symbol += 24  # the first names nothing
        first, value = struct.unpack_from("<I", image, symbol)[0], struct.unpack_from("<Q", image, symbol + 8)[0]
        if image[names + first:image.index(b"\0", names + first)] == name:
            return value
