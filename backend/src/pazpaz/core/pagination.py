"""Pages: a cursor is the place after one row in a list's total order."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from sqlalchemy import Column

from pazpaz.core.errors import InvalidInput
from pazpaz.core.schemas import in_range

T = TypeVar("T")

PageSize = Annotated[int, Query(ge=1, le=100, description="How many items a page holds at most.")]
CursorText = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**31:
        raise ValueError
    return value


_READ: Mapping[type[Any], Callable[[Any], object]] = {
    UUID: UUID,
    datetime: lambda text: in_range(_aware(datetime.fromisoformat(text))),
    str: str,
    int: _number,
}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The ordering values of the last row that was shown."""

    place: tuple[object, ...]

    @classmethod
    def of(cls, text: str | None) -> "Cursor | None":
        """Read what `next_cursor` said; InvalidInput for anything else."""
        if text is None:
            return None
        try:
            place = orjson.loads(base64.b64decode(text.encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            place = None
        if not isinstance(place, list):
            raise InvalidInput.of("/cursor", "is not a cursor of this list")
        return cls(tuple(place))

    def values(self, order: tuple[Column[Any], ...]) -> dict[str, object]:
        """The values by column name; InvalidInput when they are not this list's."""
        try:
            return {
                column.name: _READ[column.type.python_type](value)
                for column, value in zip(order, self.place, strict=True)
            }
        except (ValueError, TypeError, AttributeError):
            raise InvalidInput.of("/cursor", "is not a cursor of this list") from None

    def __str__(self) -> str:
        """Opaque, URL-safe text."""
        return base64.urlsafe_b64encode(orjson.dumps(self.place, default=str)).decode()


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
