"""Takes from the calling process what a reader does not need: memory, time, files, processes, the network. `isolated_child.py` calls it.

Linux has all of it; elsewhere (macOS) what the system knows holds, and the caller's clock.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from coexai_app.extract.limits import ProcessLimits

_ORPHAN_SECONDS: Final = 5
_LAST_SECONDS: Final = 2
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2  # prctl(2)
# seccomp(2), linux/filter.h, linux/audit.h: the first instruction loads a word, a jump compares it, a return decides.
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # _REFUSE: the call fails with EPERM
_X32 = 0x40000000
# Machine → its audit number, and the numbers of the calls: socket, socketpair, connect, bind, execve, execveat, fork, vfork, clone, clone3,
# ptrace, kill, tkill, tgkill, process_vm_readv, process_vm_writev, pidfd_open, pidfd_getfd, unshare, setns, mount, bpf, keyctl,
# io_uring_setup. (A machine of 2012 and later has no fork and no vfork of its own.)
# fmt: off
_FORBIDDEN: Final = {
    "x86_64": (0xC000003E, (
        41, 53, 42, 49, 59, 322, 57, 58, 56, 435, 101, 62, 200, 234, 310, 311, 434, 438, 272, 308, 165, 321, 250, 425,
    )),
    "aarch64": (0xC00000B7, (
        198, 199, 203, 200, 221, 281, 220, 435, 117, 129, 130, 131, 270, 271, 434, 438, 97, 268, 40, 280, 219, 425,
    )),
}
# fmt: on


def confine(limits: ProcessLimits) -> None:
    """For the rest of this process's life; what the system does not know or allow is left out."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds, _LAST_SECONDS)
    _limit(resource.RLIMIT_FSIZE, limits.written_file_bytes)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_NPROC, limits.processes)
    _limit(resource.RLIMIT_AS, _address_space() + limits.memory_bytes)
    # The worker's clock ends this process; should the worker be gone where no signal tells of it, this one does.
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _ORPHAN_SECONDS)
    if sys.platform == "linux":
        # When memory runs out on the machine, this process goes first and not the worker.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
        _forbid_calls()


def _limit(kind: int, amount: int, spare: int = 0) -> None:
    """`spare` is how much later the limit comes that ends the process without a word."""
    hard = resource.getrlimit(kind)[1]
    soft, last = (amount, amount + spare) if hard == resource.RLIM_INFINITY else (min(amount, hard), min(amount + spare, hard))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft, last))


def _address_space() -> int:
    """Bytes of address space in use now; what a process inherits from the server is not its own doing."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _forbid_calls() -> None:
    """No network, no other program, no hand on another process: a reader that was taken over by its input can only answer."""
    if platform.machine() not in _FORBIDDEN:
        return
    audit, calls = _FORBIDDEN[platform.machine()]
    count = len(calls)
    program = [
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # its number
        (_AT_LEAST, count + 1, 0, _X32),
        *((_EQUAL, count - i, 0, number) for i, number in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    header = struct.pack("@HP", len(program), ctypes.addressof(code))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    if prctl(_NO_NEW_PRIVILEGES, 1, None, 0, 0) == 0:
        prctl(_SET_SECCOMP, _FILTER, ctypes.create_string_buffer(header), 0, 0)
