"""What can be taken away from a process: memory, time, its network, new programs, writing to files.

Nothing here needs privileges, it works inside containers, where namespaces are often refused,
and nothing can be undone. What a system lacks (macOS, old kernels, other processors) is left
out: without Landlock, say, files of the user can be written, and so can the memory of the
user's other processes, by way of /proc, unless the system forbids that to all.

This module imports nothing but the standard library: `child` runs it by its path, before
anything else is there.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from dataclasses import dataclass
from typing import Final

__all__ = ["Confinement", "Limits", "confine_this_process"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use; None sets no limit.

    `memory_bytes` bounds the address space, of which Python and the decoders take some 1.5 GB
    before they read anything. `wall_s` holds for `run_confined` alone. Files can be written
    below the folder `writable` alone, None is nowhere; `written_bytes` bounds each of them.
    """

    # A picture of 100 megapixels needs 0.4 GB, and as much again for each step on its way.
    memory_bytes: int | None = 4 * 2**30
    cpu_s: int | None = 60
    wall_s: float | None = 60.0
    open_files: int | None = 64
    writable: str | None = None
    written_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds a process; False where the system lacks the means.

    `limits` is that of the numbers in `Limits`, `files` that nothing is written but where it
    may be, `calls` that there is no network, no new program, and no way into other processes.
    """

    limits: bool
    files: bool
    calls: bool


def confine_this_process(limits: Limits) -> Confinement:
    """Put this process under limits for the rest of its life, its network taken away.

    `limits.cpu_s` counts the whole of it. Call it before there is a second thread: of those
    that run already, each can go on writing files.

    What holds a child on this system is `run_confined(confine_this_process, Limits())`.
    """
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_FSIZE: limits.written_bytes if limits.writable else 0,
    }
    are_set = [_limit(what, value) for what, value in bounds.items() if value is not None]
    return Confinement(
        limits=all(are_set),
        files=_deny_writing(but_below=limits.writable),
        calls=_deny_calls(),
    )


def _limit(what: int, value: int) -> bool:
    _, hard = resource.getrlimit(what)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # Only between the soft and the hard limit is the signal for CPU time one that can be told.
    grace = 1 if what == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
    try:
        resource.setrlimit(what, (bound, bound + grace))
    except (OSError, ValueError):
        # macOS refuses some of them; the others hold.
        return False
    return True


# linux/audit.h, and the numbers of the calls in asm/unistd.h.
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SYS_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
# Not only `socket`: a ring of `io_uring` opens connections without it, and the others would
# drive a process that may, read its memory, or take its open files.
_DENIED_CALLS: Final = {
    "x86_64": {
        "socket": 41,
        "execve": 59,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "execveat": 322,
        "pidfd_send_signal": 424,
        "io_uring_setup": 425,
        "pidfd_getfd": 438,
    },
    "aarch64": {
        "socket": 198,
        "execve": 221,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "execveat": 281,
        "pidfd_send_signal": 424,
        "io_uring_setup": 425,
        "pidfd_getfd": 438,
    },
}
# A process may signal itself, as `abort` does, and no other.
_SIGNAL_CALLS: Final = {
    "x86_64": {
        "kill": 62,
        "rt_sigqueueinfo": 129,
        "tkill": 200,
        "tgkill": 234,
        "rt_tgsigqueueinfo": 297,
    },
    "aarch64": {
        "kill": 129,
        "rt_sigqueueinfo": 138,
        "tkill": 130,
        "tgkill": 131,
        "rt_tgsigqueueinfo": 240,
    },
}
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_SET_MODE_FILTER: Final = 1
_SECCOMP_FILTER_FLAG_TSYNC: Final = 1  # for the threads that run already, too

# struct seccomp_data: where the number of a call, its architecture, its first argument are.
_AT_CALL, _AT_ARCHITECTURE, _AT_ARGUMENT = 0, 4, 16
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE_EACCES = 0x7FFF0000, 0x00050000 | 13
_X32_CALLS: Final = 0x40000000


def _deny_calls() -> bool:
    """Refuse new sockets, programs and ways into other processes; open sockets stay."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCHITECTURES:
        return False
    libc = ctypes.CDLL(None)
    program = _filter(machine)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count of instructions and where they are.
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    set_filter = _SYS_SECCOMP[machine], _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC
    return _is_set(
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        libc.syscall(*set_filter, head),
    )


def _is_set(*results: int) -> bool:
    return all(result == 0 for result in results)


def _filter(machine: str) -> bytes:
    """Give the seccomp program: struct sock_filter holds operation, two jumps, operand."""
    denied, signals = _DENIED_CALLS[machine].values(), _SIGNAL_CALLS[machine].values()
    lines = [
        (_LOAD, _AT_ARCHITECTURE, "next", "next"),
        (_JUMP_IF_EQUAL, _ARCHITECTURES[machine], "next", "refuse"),
        (_LOAD, _AT_CALL, "next", "next"),
        (_JUMP_IF_AT_LEAST, _X32_CALLS, "refuse", "next"),
        *((_JUMP_IF_EQUAL, number, "refuse", "next") for number in denied),
        *((_JUMP_IF_EQUAL, number, "signal", "next") for number in signals),
        (_RETURN, _ALLOW, "next", "next"),
        (_LOAD, _AT_ARGUMENT, "next", "next"),
        (_JUMP_IF_EQUAL, os.getpid(), "next", "refuse"),
        (_RETURN, _ALLOW, "next", "next"),
        (_RETURN, _REFUSE_EACCES, "next", "next"),
    ]
    labels = {"signal": len(lines) - 4, "refuse": len(lines) - 1}
    return b"".join(
        struct.pack("HBBI", operation, *(labels.get(to, at + 1) - at - 1 for to in jumps), operand)
        for at, (operation, operand, *jumps) in enumerate(lines)
    )


# The same numbers on all architectures.
_SYS_LANDLOCK_CREATE, _SYS_LANDLOCK_ADD_RULE, _SYS_LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_PATH_BENEATH: Final = 1
# linux/landlock.h: write_file, and remove or make entries of any kind. Reading stays free.
_LANDLOCK_WRITING: Final = 0b1_1111_1111_0010
_LANDLOCK_TRUNCATE: Final = 1 << 14  # Linux 6.2


def _deny_writing(but_below: str | None) -> bool:
    """Refuse this thread, and what it starts, to write or make files, but below one folder."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    for writing in (_LANDLOCK_WRITING | _LANDLOCK_TRUNCATE, _LANDLOCK_WRITING):
        handled = struct.pack("Q", writing)
        rules = libc.syscall(_SYS_LANDLOCK_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
        if rules >= 0:
            if but_below is not None:
                _allow_below(libc, rules, but_below, writing)
            is_set = _is_set(
                libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                libc.syscall(_SYS_LANDLOCK_RESTRICT, rules, 0),
            )
            os.close(rules)
            return is_set
    return False


def _allow_below(libc: ctypes.CDLL, rules: int, folder: str, writing: int) -> None:
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        # struct landlock_path_beneath_attr, which is packed.
        rule = struct.pack("=Qi", writing, descriptor)
        libc.syscall(_SYS_LANDLOCK_ADD_RULE, rules, _LANDLOCK_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
