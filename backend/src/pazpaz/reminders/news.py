"""What is new to a client about an appointment that they were told of."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from pazpaz.reminders.models import ReminderKind
from pazpaz.reminders.queries import ToSend


class Change(StrEnum):
    """What is another than the client was told; UNSURE where nobody knows for certain what that was."""

    TIME = "time"
    END = "end"
    PLACE = "place"
    THERAPIST = "therapist"
    UNSURE = "unsure"


News = frozenset[Change]
NOTHING: News = frozenset()


def location_mark(location: str) -> bytes:
    """Return what a place is recognised by, once it is fingerprinted."""
    return b"place\0" + location.encode()


def news_of(item: ToSend, locations: Collection[UUID]) -> News:
    """Compare what was told last with the appointment, whose location has these fingerprints.

    Nothing is news to who was told nothing, and to who was told that it is off, all of it is.
    """
    if item.told_kind is None or item.told_start is None or item.told_kind == ReminderKind.CANCELLATION:
        return NOTHING
    found = {Change.TIME} if item.told_start != item.scheduled_start else set[Change]()
    if item.told_place is None or item.told_end is None:
        return frozenset(found | {Change.UNSURE})
    if item.told_end - item.told_start != item.scheduled_end - item.scheduled_start:
        found.add(Change.END)
    same = item.told_location in locations if item.told_location else not item.location
    if item.told_place != item.location_type or not same:
        found.add(Change.PLACE)
    if item.told_therapist_id != item.therapist_id:
        found.add(Change.THERAPIST)
    return frozenset(found)
