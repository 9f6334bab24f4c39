"""What is told of a change, and from where on changes are asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

import orjson

from pazpaz.core.base.ids import least_id
from pazpaz.core.base.tokens import opened_token, sealed_token
from pazpaz.core.db.audit import LONGEST_SECONDS
from pazpaz.core.db.entity import row

# A transaction that commits after somebody asked had begun no longer than LONGEST_SECONDS before; the rest is for
# clocks that differ.
REACH = timedelta(seconds=2 * LONGEST_SECONDS)
KEPT = timedelta(days=1)
_NEVER = 2**63 - 1
_MOST_RUNNING = 16
LONGEST_CURSOR = 600  # 16 transactions, sealed


@row
class Found:
    """A change, or none; and the moment of the question, as PostgreSQL counts transactions and has the time."""

    snapshot: str
    asked_at: datetime
    entity: str | None
    id: UUID | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A row that changed, at the version it has now."""

    entity: str
    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, each once; and where to go on."""

    items: list[Change]
    next: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody asked: which transactions had not ended then, so that what they wrote was not told.

    `ended`: those below it had ended, but for `running`. Whatever they write, and whenever they commit, is told later.
    """

    ended: int
    running: tuple[int, ...]
    earliest: UUID  # no event of theirs has an id below this

    @classmethod
    def of(cls, snapshot: str, at: datetime) -> Self:
        """From PostgreSQL's pg_current_snapshot(): xmin:xmax:those that run in between."""
        _, ended, running = snapshot.split(":")
        return cls(int(ended), tuple(int(one) for one in running.split(",") if one), least_id(at - REACH))

    @classmethod
    def now(cls) -> Self:
        """When nothing is asked but where to go on from."""
        return cls(_NEVER, (), UUID(int=2**128 - 1))


def written(snapshot: str, at: datetime, key: bytes) -> str:
    """Return a moment as a cursor; how busy the whole deployment is, is nobody's to read in it."""
    return sealed_token(orjson.dumps([_short(snapshot), at.timestamp()]), key)


def _short(snapshot: str) -> str:
    """Where very many run at once, all that came after the oldest of them is told again: a cursor stays an address."""
    oldest, _, running = snapshot.split(":")
    return snapshot if running.count(",") < _MOST_RUNNING else f"{oldest}:{oldest}:"


def read(cursor: str, key: bytes, now: datetime) -> Moment | None:
    """Return the moment of a cursor of this practice; None for any other text, and for one that is too old."""
    plain = opened_token(cursor, key)
    if plain is None:
        return None
    snapshot, seconds = orjson.loads(plain)
    at = datetime.fromtimestamp(seconds, UTC)
    return Moment.of(snapshot, at) if now - at < KEPT else None
