"""Lists of long texts: how much of them is in memory at once, from the query until the client has read the answer."""

import math
import time
from collections.abc import Hashable
from dataclasses import dataclass

from starlette.types import Scope

from pazpaz.core.base.turns import Turns

TEXT_BYTES = 80_000  # 20,000 characters
# Counted in texts of the greatest length. While it is made, a list takes about four times the memory of its answer.
AT_ONCE = 1_200
SHARE = 600  # of one practice: the longest list of notes, and half of one that is not read yet


@dataclass(slots=True)
class _Share:
    """One list's share of the memory, until its answer has been read."""

    turns: Turns
    owner: Hashable
    texts: int
    began: float


def turns() -> Turns:
    """Return a process's places."""
    return Turns(AT_ONCE, per_owner=SHARE)


async def wait(scope: Scope, turns: Turns, owner: Hashable, texts: int) -> None:
    """Until there is memory for a list of so many texts; Unavailable when none came free in time."""
    if texts and "list" not in scope:
        texts = min(texts, SHARE)
        await turns.take(owner, texts)
        scope["list"] = _Share(turns, owner, texts, time.monotonic())


def written(scope: Scope, size: int) -> None:
    """Count the list as the answer of so many bytes that it is now."""
    share: _Share | None = scope.get("list")
    if share is None:
        return
    texts = min(share.texts, max(1, math.ceil(size / TEXT_BYTES)))
    share.turns.give_back(share.owner, 0.0, share.texts - texts)
    share.texts = texts


def let_go(scope: Scope) -> None:
    """Give its place back: the answer has been read, or nobody reads it any more."""
    share: _Share | None = scope.pop("list", None)
    if share is not None:
        share.turns.give_back(share.owner, time.monotonic() - share.began, share.texts)
