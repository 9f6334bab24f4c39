"""The tree is that of RFC 9162, whatever the number of its leaves."""

from hashlib import sha256

import pytest

from pazpaz.checkpoints import merkle


def by_definition(entries: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + by_definition(entries[:k]) + by_definition(entries[k:])).digest()


@pytest.mark.parametrize("size", [*range(20), 31, 32, 33, 63, 64, 65, 127, 1000])
def test_the_root_is_the_rfc_s(size: int) -> None:
    """The same as by the RFC's recursive definition."""
    entries = [sha256(bytes([n % 256, n // 256])).digest() * 2 for n in range(size)]
    assert merkle.root(b"".join(entries)) == by_definition(entries)
    assert merkle.records(b"".join(entries)) == entries
