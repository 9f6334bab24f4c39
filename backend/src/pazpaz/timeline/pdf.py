"""A client's history as a PDF: what is printed, as data that a process of its own sets into type."""

import asyncio
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pazpaz.accounts.models import Workspace
from pazpaz.core.base.dates import MONTHS, short_day
from pazpaz.core.base.errors import Unavailable
from pazpaz.timeline.models import EventType, Period, TimelineEvent
from pazpaz.timeline.words import WORDS, Words

SECONDS = 40.0  # 5,000 events take about three


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


async def rendered(data: bytes) -> bytes:
    """Return the PDF; Unavailable when it takes too long."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _typeset(data)
    except TimeoutError:
        raise Unavailable from None


async def _typeset(data: bytes) -> bytes:
    """In a process of its own: Typst keeps what it has ever computed, and a hostile text must not cost us more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", "pazpaz.timeline.typesetting", str(os.getpid()),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={},
    )  # fmt: skip
    try:
        document, _ = await process.communicate(data)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise RuntimeError(f"the PDF could not be made: exit {process.returncode}")
    return document


def _data(history: History) -> dict[str, Any]:
    words = WORDS[history.workspace.locale]
    zone = ZoneInfo(history.workspace.timezone)
    return {
        "dir": "rtl" if words.is_right_to_left else "ltr",
        "lang": history.workspace.locale.value,
        "words": {name: value for name, value in asdict(words).items() if isinstance(value, str)},
        "practice": _said(history.workspace.name, words),
        "client": _said(history.client_name, words),
        "printed": words.printed.format(day=_day(history.printed_at.astimezone(zone), words)),
        "facts": list(_facts(history, words, zone)),
        "months": list(_months(history.events, words, zone)),
        "left-out": None
        if len(history.events) == history.total
        else words.left_out.format(shown=f"{len(history.events):,}", total=f"{history.total:,}"),
    }


def _facts(history: History, words: Words, zone: ZoneInfo) -> Iterable[dict[str, str]]:
    period = history.period
    bounds = [
        form.format(day=_moment(moment.astimezone(zone), words))
        for form, moment in ((words.since, period.since), (words.until, period.until))
        if moment is not None
    ]
    yield {"name": words.period, "text": " ".join(bounds) or words.whole}
    if len(period.types) < len(EventType):
        kinds = [words.kinds[kind] for kind in EventType if kind in period.types]
        yield {"name": words.only, "text": ", ".join(kinds)}
    yield {"name": words.events, "text": f"{history.total:,}"}
    yield {"name": words.zone, "text": history.workspace.timezone}


def _months(events: list[TimelineEvent], words: Words, zone: ZoneInfo) -> Iterable[dict[str, Any]]:
    local = [(event, event.event_date.astimezone(zone)) for event in events]
    for (year, month), group in groupby(local, lambda item: (item[1].year, item[1].month)):
        yield {
            "name": f"{MONTHS[words.language][month - 1]} {year}",
            "events": [_printed(event, at, words) for event, at in group],
        }


def _printed(event: TimelineEvent, at: datetime, words: Words) -> Mapping[str, Any]:
    return {
        "kind": words.kinds[event.event_type],
        "day": _day(at, words),
        # A milestone has a day, no hour.
        "time": None if event.event_type is EventType.MILESTONE_ACHIEVED else f"{at:%H:%M}",
        "title": event.title and _said(event.title, words),
        "description": event.description and _said(event.description, words),
    }


def _day(at: datetime, words: Words) -> str:
    return short_day(at, words.language)


def _moment(at: datetime, words: Words) -> str:
    day = _day(at, words)
    return day if at.hour == at.minute == 0 else f"{day} {at:%H:%M}"


def _said(text: str, words: Words) -> dict[str, str]:
    """Return a text and its direction: that of its first strong letter (UAX #9, P2), else the page's."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"L", "R", "AL"}:
            return {"text": text, "dir": "ltr" if kind == "L" else "rtl"}
    return {"text": text, "dir": "rtl" if words.is_right_to_left else "ltr"}
