"""The Merkle tree of RFC 9162, 2.1.1, over the records of a checkpoint."""

from hashlib import sha256

RECORD_BYTES = 64  # workspace, event id, SHA-256 of the event's line
_LEAF, _NODE = b"\0", b"\1"


def records(leaves: bytes) -> list[bytes]:
    """Return the records that stand one after the other in `leaves`."""
    return [leaves[at : at + RECORD_BYTES] for at in range(0, len(leaves), RECORD_BYTES)]


def root(leaves: bytes) -> bytes:
    """Return the tree's head.

    Pairing level by level, with a last one that has no partner moved up as it is, splits where the RFC does:
    at the largest power of two.
    """
    level = [
        sha256(_LEAF + leaves[at : at + RECORD_BYTES]).digest() for at in range(0, len(leaves), RECORD_BYTES)
    ]
    if not level:
        return sha256().digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        alone = level[-1:] if len(level) % 2 else []
        level = [sha256(_NODE + left + right).digest() for left, right in pairs] + alone
    return level[0]
