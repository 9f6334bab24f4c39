"""JSON of strangers (RFC 8259): what two parsers may read differently is refused, and more than anybody sends.

What the parser costs beyond the length of its texts depends on the parts, so they are counted first.
"""

import json
import math
from typing import Any

from pazpaz.core.base.errors import BadRequest, ContentTooLarge

MOST_PARTS = 6_000  # names, values and brackets; a full batch of sync has 3,000
_MOST_DIGITS = 100


def strict_json(raw: bytes) -> Any:
    """Return the value of UTF-8 JSON; BadRequest also for NaN, infinity, a name given twice, or endless nesting."""
    if len(raw) > MOST_PARTS and parts_of(raw) > MOST_PARTS:
        raise ContentTooLarge
    try:
        return _decoder.decode(raw.decode())
    except (ValueError, RecursionError):
        raise BadRequest from None


def parts_of(raw: bytes) -> int:
    """How many parts the parser would meet before it is done or finds a fault; more is not counted out.

    Outside of texts every part but the first comes with a sign of its own. Without escaped quotes, texts
    are every second piece between quotes.
    """
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    texts = raw.count(b'"') // 2
    if texts > MOST_PARTS:
        return texts
    signs = b"".join(raw.split(b'"')[::2])
    return 1 + texts + signs.count(b",") + signs.count(b"{") + signs.count(b"[")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two parsers may read a repeated name differently (RFC 8259, 4), so there is none."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_constant: str) -> None:
    raise ValueError


def _whole(digits: str) -> int:
    """No number here is longer, and reading one takes quadratic time."""
    if len(digits) > _MOST_DIGITS:
        raise ValueError
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError
    return number


_decoder = json.JSONDecoder(
    object_pairs_hook=_once_each, parse_constant=_refuse, parse_int=_whole, parse_float=_finite
)
