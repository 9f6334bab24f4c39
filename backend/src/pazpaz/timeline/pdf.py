"""A client's history as a PDF: what is printed, as data that a process of its own sets into type."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pazpaz.accounts.models import Workspace
from pazpaz.core.base.dates import MONTHS, short_day
from pazpaz.timeline.models import EventType, Period, TimelineEvent
from pazpaz.timeline.setting import paragraphs, said
from pazpaz.timeline.words import WORDS, Words


@dataclass(frozen=True)
class History:
    """What is printed."""

    workspace: Workspace
    client_name: str
    period: Period
    events: list[TimelineEvent]
    total: int
    printed_at: datetime


def data_of(history: History) -> bytes:
    """Return what is printed, for the process that prints it; some tens of milliseconds of work."""
    return orjson.dumps(_data(history))


def _data(history: History) -> dict[str, Any]:
    words = WORDS[history.workspace.locale]
    zone = ZoneInfo(history.workspace.timezone)
    return {
        "dir": "rtl" if words.is_right_to_left else "ltr",
        "lang": history.workspace.locale.value,
        "title": words.title,
        "columns": [words.when, words.what],
        "words": {name: value for name, value in asdict(words).items() if isinstance(value, str)},
        "practice": said(history.workspace.name, words.language),
        "client": said(history.client_name, words.language),
        "printed": words.printed.format(day=_day(history.printed_at.astimezone(zone), words)),
        "facts": [
            {"name": name, "text": said(text, words.language)} for name, text in _facts(history, words, zone)
        ],
        "months": list(_months(history.events, words, zone)),
        "left-out": None
        if len(history.events) == history.total
        else words.left_out.format(shown=f"{len(history.events):,}", total=f"{history.total:,}"),
    }


def _facts(history: History, words: Words, zone: ZoneInfo) -> Iterable[tuple[str, str]]:
    period = history.period
    bounds = [
        form.format(day=_moment(moment.astimezone(zone), words))
        for form, moment in ((words.since, period.since), (words.until, period.until))
        if moment is not None
    ]
    yield words.period, " ".join(bounds) or words.whole
    if len(period.types) < len(EventType):
        kinds = [words.kinds[kind] for kind in EventType if kind in period.types]
        yield words.only, ", ".join(kinds)
    yield words.events, f"{history.total:,}"
    yield words.zone, history.workspace.timezone


def _months(events: list[TimelineEvent], words: Words, zone: ZoneInfo) -> Iterable[dict[str, Any]]:
    local = [(event, event.event_date.astimezone(zone)) for event in events]
    for (year, month), group in groupby(local, lambda item: (item[1].year, item[1].month)):
        yield {
            "name": f"{MONTHS[words.language][month - 1]} {year}",
            "events": [_printed(event, at, words) for event, at in group],
        }


def _printed(event: TimelineEvent, at: datetime, words: Words) -> Mapping[str, Any]:
    title = event.subject if event.session_id else event.title  # that it is a note, its kind says
    return {
        "kind": words.kinds[event.event_type],
        "day": _day(at, words),
        # A milestone has a day, no hour.
        "time": None if event.event_type is EventType.MILESTONE_ACHIEVED else f"{at:%H:%M}",
        "title": title and said(title, words.language),
        "description": event.description and paragraphs(event.description, words.language),
    }


def _day(at: datetime, words: Words) -> str:
    return short_day(at, words.language)


def _moment(at: datetime, words: Words) -> str:
    day = _day(at, words)
    return day if at.hour == at.minute == 0 else f"{day} {at:%H:%M}"
