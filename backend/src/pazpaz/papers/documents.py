"""A note and a record as the blocks that `documents/record.typ` sets: headings, facts, texts and tables."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from pazpaz.amendments.models import Amendment
from pazpaz.core.base.dates import moment_words, short_day
from pazpaz.papers.models import Entry, Frame, NotePrint, PrintedAppointment, PrintedNote, RecordPrint
from pazpaz.papers.words import WORDS, Words
from pazpaz.plans.models import Milestone, Plan
from pazpaz.sessions.models import SOAP, SessionStatus
from pazpaz.timeline.setting import Said, paragraphs, said

Block = dict[str, Any]


def of_note(printed: NotePrint) -> bytes:
    """Return one note, for the process that sets it."""
    pen = Pen(printed.frame)
    words, entry, client = pen.words, printed.entry, printed.client
    facts = [
        pen.fact(words.when, pen.moment(entry.note.session_date)),
        *pen.facts((words.what, entry.note.service_name), (words.born, pen.day(client.date_of_birth))),
        *pen.signed(entry.note),
        pen.fact(words.zone, printed.frame.workspace.timezone),
    ]
    name = f"{client.first_name} {client.last_name}"
    return orjson.dumps(pen.page(words.note, name, facts, list(pen.inside(entry, 2))))


def of_record(printed: RecordPrint) -> bytes:
    """Return a client's record, for the process that sets it; a second of work for the longest."""
    pen = Pen(printed.frame)
    words, client = pen.words, printed.client
    facts = [
        pen.fact(words.period, pen.period(printed.since, printed.until)),
        pen.fact(words.notes, f"{len(printed.entries):,}"),
        pen.fact(words.printed_by, pen.name(printed.frame.printed_by)),
        pen.fact(words.zone, printed.frame.workspace.timezone),
    ]
    if printed.archived_notes:
        facts.insert(2, pen.fact(words.archived_notes, f"{printed.archived_notes:,}"))
    name = f"{client.first_name} {client.last_name}"
    return orjson.dumps(pen.page(words.record, name, facts, list(pen.record(printed))))


class Pen:
    """Writes in the practice's language and zone."""

    def __init__(self, frame: Frame) -> None:
        """`words` are those of the practice."""
        self.words: Words = WORDS[frame.workspace.locale]
        self._frame = frame
        self._zone = frame.workspace.timezone
        self._language = self.words.language.value

    def page(self, title: str, client: str, facts: list[Block], blocks: list[Block]) -> Block:
        """Return what `look.typ` and `record.typ` take."""
        words, frame = self.words, self._frame
        return {
            "dir": "rtl" if self._language == "he" else "ltr",
            "lang": self._language,
            "title": title,
            "words": {"confidential": words.confidential, "page": words.page},
            "practice": self.said(frame.workspace.name),
            "client": self.said(client),
            "printed": words.printed.format(day=short_day(self._local(frame.printed_at), self._language)),
            "facts": facts,
            "blocks": blocks,
        }

    def record(self, printed: RecordPrint) -> Iterator[Block]:
        """Yield the parts of a record."""
        words, client = self.words, printed.client
        yield self.heading(2, words.details)
        yield from self.facts(
            (words.born, self.day(client.date_of_birth)),
            (words.phone, client.phone),
            (words.email, client.email),
            (words.address, client.address),
            (words.client_since, self.moment(client.created_at)),
            (words.consent, self.moment(client.consent_given_at) if client.consent_given_at else None),
            (words.tags, ", ".join(client.tags or ())),
        )
        yield from self.field(3, words.about, client.notes)
        if printed.plans:
            yield self.heading(2, words.plans)
        for plan, steps in printed.plans:
            yield from self.plan(plan, steps)
        if printed.appointments:
            yield self.heading(2, words.appointments)
            rows = [self.appointment(item) for item in printed.appointments]
            yield self.table([words.when, words.what, words.status], rows, wide=1)
        yield self.heading(2, words.notes)
        if not printed.entries:
            yield self.quiet(words.no_notes)
        if any(entry.files for entry in printed.entries):
            yield self.quiet(words.files_apart)
        for entry in printed.entries:
            yield from self.entry(entry)

    def entry(self, entry: Entry) -> Iterator[Block]:
        """Yield a note of a record."""
        service = f" · {_apart(entry.note.service_name)}" if entry.note.service_name else ""
        name = self._composed(self.moment(entry.note.session_date) + service)
        yield self.heading(3, "") | {"text": name, "rule": True}
        yield from self.signed(entry.note)
        yield from self.inside(entry, 4)

    def signed(self, note: PrintedNote) -> list[Block]:
        """Who finalized it when, or that nobody did."""
        words = self.words
        if note.finalized_at is not None:
            by = self.name(note.finalized_by)
            state = words.finalized.format(when=self.moment(note.finalized_at), name=by)
        else:
            saved = words.saved.format(when=self.moment(note.updated_at), name=self.name(note.saved_by))
            state = f"{words.draft}. {saved}"
        shown = [words.archived, state] if note.status is SessionStatus.ARCHIVED else [state]
        return [self.fact(words.status, "") | {"text": self._composed(". ".join(shown))}]

    def inside(self, entry: Entry, level: int) -> Iterator[Block]:
        """Yield a note's fields, files and amendments; its fields are headings of this level."""
        words = self.words
        for name in SOAP:
            text = getattr(entry.note, name)
            if text and text.strip():
                yield from self.field(level, getattr(words, name), text)
            else:
                yield from (self.heading(level, getattr(words, name)), self.quiet(words.nothing_written))
        if entry.files:
            yield self.heading(level, words.files)
            for file in entry.files:
                size, when = _size(file.file_size), self.moment(file.created_at)
                line = f"{_apart(file_name(file.filename))} ({_apart(size)}, {when})"
                yield {"is": "text", "lines": [self._composed(line)]}
        for number, amendment in enumerate(entry.amendments, 1):
            yield from self.amendment(number, amendment, level)

    def amendment(self, number: int, amendment: Amendment, level: int) -> Iterator[Block]:
        """Yield what was added later."""
        words, when = self.words, self.moment(amendment.created_at)
        by = self.name(amendment.author_id)
        name = self._composed(words.amendment.format(number=number, when=when, name=by))
        yield self.heading(level, "") | {"text": name}
        yield self.fact(words.reason, amendment.reason)
        for field in SOAP:
            yield from self.field(level + 1, getattr(words, field), getattr(amendment, field))

    def plan(self, plan: Plan, steps: list[Milestone]) -> Iterator[Block]:
        """Yield a plan of care and its milestones."""
        words = self.words
        yield self.heading(3, plan.title)
        yield from self.facts(
            (words.status, words.plan_states[plan.status]),
            (words.begins, self.day(plan.start_date)),
            (words.ends, self.day(plan.end_date)),
            (words.reviewed, self.day(plan.review_date)),
            (words.frequency, plan.frequency),
            (words.planned, plan.planned_sessions and str(plan.planned_sessions)),
        )
        yield from self.field(4, words.diagnosis, plan.diagnosis)
        yield from self.field(4, words.goals, plan.goals)
        if steps:
            yield self.table(
                [words.milestone, words.target, words.status],
                [self.milestone(step) for step in steps],
                wide=0,
            )

    def milestone(self, step: Milestone) -> list[list[Said]]:
        state = self.words.milestone_states[step.status]
        achieved = self.day(step.achieved_date)
        return [
            self._lines(step.description, step.notes),
            self._lines(self.day(step.target_date)),
            self._lines(f"{state} {achieved}" if achieved else state),
        ]

    def appointment(self, booked: PrintedAppointment) -> list[list[Said]]:
        words, ends = self.words, self._local(booked.scheduled_end)
        with_whom = f"{words.therapist}: {self.name(booked.therapist_id)}"
        service = booked.service_name and _apart(booked.service_name)
        what = " · ".join(filter(None, (service, words.places[booked.location_type], with_whom)))
        return [
            self._lines(f"{self.moment(booked.scheduled_start)}–{ends:%H:%M}"),
            [self._composed(what), *self._lines(booked.notes)],
            self._lines(words.appointment_states[booked.status]),
        ]

    def heading(self, level: int, text: str) -> Block:
        return {"is": "heading", "level": level, "text": self.said(text), "rule": False}

    def table(self, columns: list[str], rows: Sequence[Sequence[list[Said]]], *, wide: int) -> Block:
        """Return a table whose column number `wide` takes what the others leave."""
        return {"is": "table", "columns": columns, "rows": rows, "wide": wide}

    def quiet(self, text: str) -> Block:
        return {"is": "quiet", "text": text}

    def fact(self, name: str, text: str) -> Block:
        return {"is": "fact", "name": name, "text": self.said(text)}

    def facts(self, *pairs: tuple[str, str | int | None]) -> list[Block]:
        """Those that there are."""
        return [self.fact(name, str(text)) for name, text in pairs if text]

    def field(self, level: int, name: str, text: str | None) -> Iterator[Block]:
        """Yield a heading and the text below it, if there is one."""
        if text and text.strip():
            yield self.heading(level, name)
            yield {"is": "text", "lines": paragraphs(text, self._language)}

    def said(self, text: str) -> Said:
        return said(text, self._language)

    def _composed(self, text: str) -> Said:
        """Return a line of ours: it runs as the page does, whatever the names in it."""
        own = {"dir": "rtl" if self._language == "he" else "ltr", "lang": self._language, "apart": False}
        return said(text, self._language) | own

    def _lines(self, *texts: str | None) -> list[Said]:
        return [line for text in texts if text for line in paragraphs(text, self._language)]

    def name(self, person: UUID | None) -> str:
        """Who that is, kept apart from the words around."""
        found = self._frame.people.get(person) if person else None
        return _apart(found or self.words.nobody)

    def moment(self, at: datetime) -> str:
        return moment_words(at, self._zone, self._language)

    def day(self, day: date | None) -> str | None:
        return short_day(datetime.combine(day, time()), self._language) if day else None

    def period(self, since: datetime | None, until: datetime | None) -> str:
        bounds = [
            form.format(day=self.moment(at))
            for form, at in ((self.words.since, since), (self.words.until, until))
            if at is not None
        ]
        return " ".join(bounds) or self.words.whole

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self._zone))


def _apart(text: str) -> str:
    """Return it isolated: its direction does not disturb the sentence it stands in (UAX #9, FSI)."""
    return f"\u2068{text}\u2069"


# What follows a name's last Hebrew word.
_TAIL = re.compile(r"([\u0590-\u08ff][^A-Za-z0-9(\[{\u0590-\u08ff]*)([A-Za-z0-9(\[{][^\u0590-\u08ff]*)$")


def file_name(name: str) -> str:
    """Return it with what follows its last Hebrew word, such as "2026.pdf", read from left to right."""
    return _TAIL.sub("\\1\u2066\\2\u2069", name)


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"
