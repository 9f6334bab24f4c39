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
_NICE = 10

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_FILTER = 2
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000 | 1  # 1 is EPERM

# Per architecture: its audit number, and the calls a parser needs once everything is loaded, in the order of _CALLS.
_CALLS = (
    *("read", "write", "close", "fstat", "lseek", "mmap", "mprotect", "munmap", "brk", "rt_sigaction"),
    *("rt_sigprocmask", "rt_sigreturn", "ioctl", "mremap", "madvise", "getpid", "fcntl", "futex"),
    *("clock_gettime", "exit_group", "exit", "getrandom", "newfstatat", "sigaltstack", "gettid", "tgkill"),
)
_NUMBERS = {
    "x86_64": (
        0xC000003E,
        (
            0,
            1,
            3,
            5,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            25,
            28,
            39,
            72,
            202,
            228,
            231,
            60,
            318,
            262,
            131,
            186,
            234,
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            63,
            64,
            57,
            80,
            62,
            222,
            226,
            215,
            214,
            134,
            135,
            139,
            29,
            216,
            233,
            172,
            25,
            98,
            113,
            94,
            93,
            278,
            79,
        )
        + (132, 178, 131),
    ),
}

_libc = ctypes.CDLL(None, use_errno=True)


def limit(parent: int) -> None:
    """Before the file is looked at: the kernel's limits, and death with the parent."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
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


def lock() -> None:
    """When everything is loaded: no opening, no socket, no process; only memory and the descriptors it has."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if platform.machine() not in _NUMBERS:
        return
    program = _program(*_NUMBERS[platform.machine()])
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, ctypes.c_char_p(header))


def _program(architecture: int, numbers: tuple[int, ...]) -> bytes:
    """A filter in the kernel's own small language: these calls pass, any other is EPERM."""
    load, equal, give = 0x20, 0x15, 0x06
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, _ERROR), (load, 0, 0, 0)]
    # Each jumps over the tests that are left and the refusal after them.
    steps += [(equal, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(give, 0, 0, _ERROR), (give, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _prctl(option: int, first: object, second: object = 0) -> None:
    if _libc.prctl(option, first, second, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
