"""What a child may use: seconds, memory, bytes written, and hardly a system call that reaches outside."""

import ctypes
import os
import platform
import resource
import signal
import struct

CPU_SECONDS = 5
MEMORY_BYTES = 512 * 1024 * 1024
OUTPUT_BYTES = 32 * 1024 * 1024
_OPEN_FILES = 16
_NICE = 5  # behind requests, but a busy machine still lets it end in time

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_FILTER = 2
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000 | 1  # 1 is EPERM

# The calls a parser needs once everything is loaded, by their numbers on each architecture.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CALLS = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "ioctl": (16, 29),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "getpid": (39, 172),
    "fcntl": (72, 25),
    "getcwd": (79, 17),
    "futex": (202, 98),
    "clock_gettime": (228, 113),
    "newfstatat": (262, 79),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "getrandom": (318, 278),
}

_libc = ctypes.CDLL(None, use_errno=True)


def limit(parent: int) -> None:
    """Before the file is looked at: the kernel's limits, and death with the parent."""
    die_with(parent)
    _prctl(_PR_SET_DUMPABLE, 0)
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # RLIMIT_CPU ends it a tick late; this one, whose signal nothing here handles, a moment before.
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS - 0.2)
    os.nice(_NICE)


def die_with(parent: int) -> None:
    """Be killed when the process that started this one ends, also if it has ended already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def lock() -> None:
    """When everything is loaded: no opening, no socket, no process; only memory and the descriptors it has."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        return
    column = list(_ARCHITECTURES).index(machine)
    program = _program(_ARCHITECTURES[machine], [numbers[column] for numbers in _CALLS.values()])
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, ctypes.c_char_p(header))


def _program(architecture: int, numbers: list[int]) -> bytes:
    """Return a filter in the kernel's own small language: these calls pass, any other is EPERM."""
    load, equal, give = 0x20, 0x15, 0x06
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, _ERROR), (load, 0, 0, 0)]
    # Each jumps over the tests that are left and the refusal after them.
    steps += [(equal, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(give, 0, 0, _ERROR), (give, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _prctl(option: int, first: object, second: object = 0) -> None:
    if _libc.prctl(option, first, second, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
