"""UUIDv7 identifiers."""

import time
from datetime import UTC, datetime
from uuid import RFC_4122

from pazpaz.core.base.ids import new_id


def test_version_and_variant_bits_are_those_of_uuid7() -> None:
    """An id says version 7 and the RFC's variant."""
    made = [new_id() for _ in range(256)]
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}


def test_ids_hold_the_millisecond_they_were_made_in() -> None:
    """The first 48 bits are Unix milliseconds, as RFC 9562 says."""
    before = time.time_ns() // 1_000_000
    stamp = new_id().int >> 80
    assert before <= stamp <= time.time_ns() // 1_000_000


def test_later_milliseconds_sort_later() -> None:
    """Ids of different milliseconds sort by time, as UUID, as bytes and as text."""
    first = new_id()
    while (second := new_id()).int >> 80 == first.int >> 80:
        pass
    assert first < second
    assert first.bytes < second.bytes
    assert str(first) < str(second)


def test_ids_of_one_millisecond_differ() -> None:
    """Ten thousand ids, hundreds a millisecond, are all different."""
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_ids_are_of_this_century() -> None:
    """The stamp is read as milliseconds, not as seconds or microseconds."""
    made = datetime.fromtimestamp((new_id().int >> 80) / 1000, UTC)
    assert abs((datetime.now(UTC) - made).total_seconds()) < 60
