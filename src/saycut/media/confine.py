"""What Linux can take away from a process: its network, new programs, writing to files.

Each function does nothing where the system lacks the means (macOS, old kernels, other
processors): the limits of `sandbox` hold there all the same. Both work without privileges
and inside containers, where namespaces are often refused. Nothing here can be undone.
"""

import ctypes
import os
import platform
import struct
import sys
from typing import Final

__all__ = ["deny_network", "deny_writing"]

_PR_SET_NO_NEW_PRIVS: Final = 38

# linux/audit.h, and the numbers of the calls in asm/unistd.h. Not only `socket`: a ring of
# `io_uring` opens connections without it, and `ptrace` would drive a process that may.
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DENIED_CALLS: Final = {
    "x86_64": {"socket": 41, "execve": 59, "ptrace": 101, "execveat": 322, "io_uring_setup": 425},
    "aarch64": {
        "socket": 198,
        "execve": 221,
        "ptrace": 117,
        "execveat": 281,
        "io_uring_setup": 425,
    },
}
_SYS_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
_SECCOMP_SET_MODE_FILTER: Final = 1
_SECCOMP_FILTER_FLAG_TSYNC: Final = 1  # for the threads that run already, too

_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE_EACCES = 0x7FFF0000, 0x00050000 | 13
_X32_CALLS: Final = 0x40000000

# The same numbers on all architectures.
_SYS_LANDLOCK_CREATE, _SYS_LANDLOCK_ADD_RULE, _SYS_LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_PATH_BENEATH: Final = 1
# linux/landlock.h: write_file, and remove or make entries of any kind. Reading stays free.
_LANDLOCK_WRITING: Final = 0b1_1111_1111_0010
_LANDLOCK_TRUNCATE: Final = 1 << 14  # Linux 6.2


def deny_network() -> None:
    """Refuse new sockets, and new programs, to this process; open ones stay."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCHITECTURES:
        return
    libc = ctypes.CDLL(None)
    program = _filter(machine)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count of instructions and where they are.
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.syscall(_SYS_SECCOMP[machine], _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, head)


def deny_writing(but_below: str | None = None) -> None:
    """Refuse this thread, and what it starts, to write or make files, but below one folder."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    for writing in (_LANDLOCK_WRITING | _LANDLOCK_TRUNCATE, _LANDLOCK_WRITING):
        handled = struct.pack("Q", writing)
        rules = libc.syscall(_SYS_LANDLOCK_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
        if rules >= 0:
            if but_below is not None:
                _allow_below(libc, rules, but_below, writing)
            libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            libc.syscall(_SYS_LANDLOCK_RESTRICT, rules, 0)
            os.close(rules)
            return


def _allow_below(libc: ctypes.CDLL, rules: int, folder: str, writing: int) -> None:
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        # struct landlock_path_beneath_attr, which is packed.
        rule = struct.pack("=Qi", writing, descriptor)
        libc.syscall(_SYS_LANDLOCK_ADD_RULE, rules, _LANDLOCK_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)


def _filter(machine: str) -> bytes:
    """Give the seccomp program: struct sock_filter holds operation, two jumps, operand."""
    denied = _DENIED_CALLS[machine].values()
    lines = [
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_JUMP_IF_EQUAL, 0, len(denied) + 3, _ARCHITECTURES[machine]),
        (_LOAD, 0, 0, 0),  # its number
        (_JUMP_IF_AT_LEAST, len(denied) + 1, 0, _X32_CALLS),
    ]
    for left, number in zip(range(len(denied) - 1, -1, -1), denied, strict=True):
        lines.append((_JUMP_IF_EQUAL, left + 1, 0, number))
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE_EACCES)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
