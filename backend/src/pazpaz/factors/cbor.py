"""Whether bytes are small and plain CBOR (RFC 8949), told in one pass before a decoder sees them.

Plain: integers, byte strings, text, arrays, maps with integers or text as keys, and true, false, null; every
length is said beforehand and is that of bytes which are there. No tags, no floats, nothing of unsaid length.
"""

MOST_ITEMS = 64
DEEPEST = 4
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_KEYS = frozenset({_UNSIGNED, _NEGATIVE, _TEXT})
_FALSE, _TRUE, _NULL = 20, 21, 22
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


class NotPlainError(ValueError):
    """The bytes are something else, or too much."""


def end_of_item(data: bytes, start: int = 0) -> int:
    """Where the item that begins at `start` ends; NotPlainError."""
    at, items = start, 0
    open_containers: list[tuple[int, bool]] = []  # items that are still to come, and whether it is a map
    while True:
        items += 1
        kind, value, at = _head(data, at)
        if open_containers:
            left, is_map = open_containers[-1]
            if is_map and left % 2 == 0 and kind not in _KEYS:
                raise NotPlainError
            open_containers[-1] = left - 1, is_map
        if kind in (_BYTES, _TEXT):
            at += value
        elif kind in (_ARRAY, _MAP):
            open_containers.append((value * 2 if kind == _MAP else value, kind == _MAP))
        if at > len(data) or items > MOST_ITEMS or len(open_containers) > DEEPEST:
            raise NotPlainError
        while open_containers and open_containers[-1][0] == 0:
            open_containers.pop()
        if not open_containers:
            return at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return an item's kind, its number or length, and where its content begins."""
    if at >= len(data):
        raise NotPlainError
    kind, low = data[at] >> 5, data[at] & 31
    if kind == _TAG or (kind == _SIMPLE and low not in (_FALSE, _TRUE, _NULL)):
        raise NotPlainError
    if low < 24 or kind == _SIMPLE:
        return kind, low, at + 1
    width = _WIDTHS.get(low)
    if width is None or at + 1 + width > len(data):
        raise NotPlainError
    value = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    if kind not in (_UNSIGNED, _NEGATIVE) and value > len(data):
        raise NotPlainError
    return kind, value, at + 1 + width
