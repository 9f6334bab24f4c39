"""Identifiers: UUID version 7, sortable by the moment they were made in."""

import os
import time
from datetime import datetime
from uuid import UUID

_VERSION = 0x7 << 76
_DERIVED = 0x8 << 76
_OF_VERSION = 0xF << 76
_OF_VARIANT = 0x3 << 62
_VARIANT = 0x2 << 62
_RANDOM = (1 << 62) - 1


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562, 5.7): milliseconds, 12 bits of their fraction (6.2, method 3), 62 random bits."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") & _RANDOM
    return UUID(int=(milliseconds << 80) | _VERSION | (fraction << 64) | _VARIANT | random)


def least_id(at: datetime) -> UUID:
    """Return what is below every id that is made from this moment on."""
    return UUID(int=int(at.timestamp() * 1_000) << 80)


def derived_id(digest: bytes) -> UUID:
    """Return a UUIDv8 (RFC 9562, 5.8) of a digest's first 122 bits: the same for the same digest."""
    bits = int.from_bytes(digest[:16], "big")
    return UUID(int=(bits & ~_OF_VERSION & ~_OF_VARIANT) | _DERIVED | _VARIANT)
