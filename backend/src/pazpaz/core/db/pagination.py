"""Pages: a cursor is the place after one row in a list's total order."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Column

from pazpaz.core.base.clock import EARLIEST_YEAR, LATEST_YEAR
from pazpaz.core.base.errors import InvalidInput

T = TypeVar("T")


class Order(StrEnum):
    """Which way a list runs."""

    ASC = "asc"
    DESC = "desc"


def _moment(text: str) -> datetime:
    """Wider than what bodies take: a zone may put the first moment of a year into the one before."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not EARLIEST_YEAR - 1 <= moment.year <= LATEST_YEAR + 1:
        raise ValueError
    return moment


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**31:
        raise ValueError
    return value


_READ: Mapping[type[Any], Callable[[Any], object]] = {UUID: UUID, datetime: _moment, int: _number, str: str}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The ordering values of the last row that was shown; `name` is the parameter it came in."""

    place: tuple[object, ...]
    name: str = "cursor"

    @classmethod
    def of(cls, text: str | None, name: str = "cursor") -> "Cursor | None":
        """Read what `next_cursor` said; InvalidInput for anything else."""
        if text is None:
            return None
        try:
            place = orjson.loads(base64.b64decode(text.encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            place = None
        if not isinstance(place, list):
            raise InvalidInput.of(f"/{name}", "is not a cursor of this list")
        return cls(tuple(place), name)

    def values(self, order: tuple[Column[Any], ...]) -> dict[str, object]:
        """Return the values by column name; InvalidInput when they are not this list's."""
        try:
            return {
                column.name: _READ[column.type.python_type](value)
                for column, value in zip(order, self.place, strict=True)
            }
        except (ValueError, TypeError, AttributeError):
            raise InvalidInput.of(f"/{self.name}", "is not a cursor of this list") from None

    def __str__(self) -> str:
        """Opaque, URL-safe text."""
        return base64.urlsafe_b64encode(orjson.dumps(self.place, default=str)).decode()


@dataclass(frozen=True, slots=True)
class Paging:
    """What is asked of a list: how many items, and behind which place."""

    limit: int
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int
    next_cursor: str | None

    @classmethod
    def of(cls, rows: list[T], total: int, limit: int, order: tuple[str, ...]) -> Self:
        """From up to limit + 1 rows; the extra one says that there is more."""
        if len(rows) <= limit:
            return cls(rows, total, None)
        last = rows[limit - 1]
        cursor = Cursor(tuple(getattr(last, name) for name in order))
        return cls(rows[:limit], total, str(cursor))
