"""The printed timeline, read back by another library."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pypdfium2
import pytest

from pazpaz.accounts.models import Locale, Workspace
from pazpaz.core.base.dates import MONTHS
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.ids import new_id
from pazpaz.timeline import pdf, service, setting
from pazpaz.timeline.models import EventType, Period, TimelineEvent
from pazpaz.timeline.words import WORDS
from tests.support.practice import Practice
from tests.timeline.prints import pages

WHOLE = Period(frozenset(EventType), None, None)
NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
HOSTILE = '#import "/etc/passwd" #read("print.typ") $x$ *bold* _it_ \\ <b>&amp; @preview/x:1.0.0 ]#panic() // /* `r`'


def words_of(text: str) -> set[str]:
    """The words of a page, each of one script: a reader may give the parts of a mixed line in any order."""
    return set(re.findall(r"[א-ת]+|[A-Za-z0-9][A-Za-z0-9:./,'-]*", text))


def _word(number: int) -> str:
    """A word of letters alone: a reader may part letters from digits."""
    return "mark" + chr(97 + number // 26) + chr(97 + number % 26)


def workspace(locale: Locale, name: str = "מרפאת נועה") -> Workspace:
    return Workspace(new_id(), name, "Asia/Jerusalem", locale, None, None, None, 1, NOW, NOW, None)


def event(
    kind: EventType, at: datetime = NOW, title: str | None = None, text: str | None = None
) -> TimelineEvent:
    return TimelineEvent(kind, at, title, text, None, None, None, None)


async def printed(events: list[TimelineEvent], locale: Locale = Locale.EN, **more: Any) -> list[str]:
    given = {"client_name": "Ruth Levi", "period": WHOLE, "total": len(events), "printed_at": NOW, **more}
    given.setdefault("workspace", workspace(locale))
    return pages(await setting.rendered("timeline", pdf.data_of(pdf.History(events=events, **given))))


async def test_it_is_downloaded_without_a_name(practice: Practice) -> None:
    """A PDF as an attachment whose file name tells nothing of the client; recorded as an export of the client."""
    client = await practice.make_client(first_name="רות", last_name="בן־עמי")
    booked = await practice.make_appointment(client["id"], service_name="פיזיותרפיה")
    await practice.make_session(booked["id"], subjective="כאב ב־L4–L5, 7/10")
    answer = await practice.get(f"/clients/{client['id']}/timeline.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    day = datetime.now(UTC).date().isoformat()
    assert answer.headers["content-disposition"] == f'attachment; filename="timeline-{day}.pdf"'
    (page,) = pages(answer.content)
    assert {"רות", "פיזיותרפיה", "כאב", "7/10", "מרפאה", "1.3.2026", "10:00"} <= words_of(page)
    (latest,) = (await practice.get("/audit-events", params={"action": "timeline.export"})).json()["items"]
    assert latest["entity_id"] == client["id"]


async def test_it_follows_period_and_types(practice: Practice) -> None:
    """Only what was asked for is printed, and the page says what that was."""
    client = (await practice.make_client())["id"]
    for n in range(3):
        booked = await practice.make_appointment(client, service_name=_word(n))
        await practice.make_session(booked["id"], plan=_word(n + 10))
    params = {"types": "session", "from": "2026-03-01T09:00:00Z", "to": "2026-03-01T10:00:00Z"}
    (page,) = pages((await practice.get(f"/clients/{client}/timeline.pdf", params=params)).content)
    assert {_word(11), _word(1), "11:00", "12:00"} <= words_of(page)
    assert not {_word(10), _word(12), _word(0), _word(2), "SOAP"} & words_of(page)
    answer = await practice.get(f"/clients/{client}/timeline.pdf", params={"types": "x"})
    assert answer.status_code == 422


@pytest.mark.parametrize("locale", Locale)
async def test_every_page_is_numbered_and_named(locale: Locale) -> None:
    """Each says its number and how many there are, and whose it is; every month and event is there once."""
    events = [event(EventType.SESSION, NOW - timedelta(days=n), text=_word(n)) for n in range(150)]
    found = await printed(events, locale, client_name="Ruth Levi")
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert {str(number), str(len(found)), "Ruth", "Levi", "נועה"} <= words_of(page)
    every = " ".join(found)
    written = re.findall("mark[a-z]{2}", every)
    assert sorted(written) == sorted(_word(n) for n in range(150))
    months = [MONTHS[locale][month - 1] for month in (11, 10, 9, 8, 7, 6)]
    assert all(month in every for month in months)


@pytest.mark.parametrize("locale", Locale)
def test_every_type_has_a_word(locale: Locale) -> None:
    """Both languages name all events and months."""
    assert set(WORDS[locale].kinds) == set(EventType)
    assert len(set(WORDS[locale].kinds.values())) == len(EventType)
    assert len(MONTHS[locale]) == 12


@pytest.mark.parametrize("locale", Locale)
async def test_nothing_is_printed_as_nothing(locale: Locale) -> None:
    """An empty history is a page that says so."""
    (page,) = await printed([], locale)
    assert words_of(WORDS[locale].nothing) <= words_of(page)


async def test_hostile_text_is_text() -> None:
    """What looks like markup, code or a file is printed as it was written, in every field."""
    events = [event(EventType.PLAN_CREATED, title=HOSTILE, text=HOSTILE)]
    (page,) = await printed(events, workspace=workspace(Locale.EN, name=HOSTILE), client_name=HOSTILE)
    flat = re.sub(r"\s+", "", page)
    assert flat.count(re.sub(r"\s+", "", HOSTILE)) == 4
    assert "root:" not in page


@pytest.mark.parametrize(
    "text",
    ["\u202e" * 50 + "abc", "\u2066\u2067\u2069" * 99, "a\u0300" * 300, "x" * 300, "🙂" * 300, "\ufeff\ufffe",
     "\x01\x1b[31m\x7f", "﷽" * 300, "\n" * 300, "\U0010ffff"],
    ids=ascii,
)  # fmt: skip
async def test_odd_text_is_printed(text: str) -> None:
    """Overrides, combining marks, endless words, control characters: a page all the same, and what follows is whole."""
    events = [event(EventType.SESSION, text=text), event(EventType.SESSION, text="and after it")]
    assert {"and", "after", "it"} <= words_of(" ".join(await printed(events)))


async def test_a_milestone_has_a_day_and_no_hour() -> None:
    """Other events have the hour in the practice's zone."""
    (page,) = await printed([event(EventType.MILESTONE_ACHIEVED)])
    assert "16:30" not in words_of(page)
    (page,) = await printed([event(EventType.SESSION)])
    assert "16:30" in words_of(page)


async def test_what_is_left_out_is_told() -> None:
    """A history that is longer than what is printed says how much longer."""
    (page,) = await printed([event(EventType.SESSION)], total=5_400)
    assert {"newest", "1", "5,400"} <= words_of(page)


async def test_hebrew_runs_from_right_to_left() -> None:
    """The first letter of a Hebrew line stands to the right of the last; of an English one to the left."""
    history = pdf.History(
        workspace(Locale.HE), "רות", WHOLE,
        [event(EventType.SESSION, text="אבגד"), event(EventType.SESSION, text="wxyz")], 2, NOW,
    )  # fmt: skip
    document = await setting.rendered("timeline", pdf.data_of(history))
    opened = pypdfium2.PdfDocument(document)
    page = opened[0].get_textpage()
    at = {page.get_text_range(n, 1): page.get_charbox(n)[0] for n in range(page.count_chars())}
    opened.close()
    assert at["א"] > at["ד"]
    assert at["w"] < at["z"]


async def test_a_slow_document_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """503 after the time limit, and its process is ended."""
    monkeypatch.setattr(setting, "SECONDS", 0.05)
    with pytest.raises(Unavailable):
        await printed([event(EventType.SESSION, text="x" * 300) for _ in range(5_000)])


async def test_many_at_once_are_all_printed(practice: Practice) -> None:
    """They wait for their turn, and other requests are answered meanwhile."""
    client = (await practice.make_client())["id"]
    path = f"/clients/{client}/timeline"
    answers: list[httpx.Response] = await asyncio.gather(
        *(practice.get(f"{path}.pdf") for _ in range(5)), *(practice.get(path) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {200}


async def test_a_practice_prints_one_at_a_time_and_others_do_not_wait(
    practice: Practice, other: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one practice's document is under way its next ones wait unread, and another's is printed at once."""
    client, theirs = [(await one.make_client())["id"] for one in (practice, other)]
    go_on, inside, typeset = asyncio.Event(), [], setting.rendered

    async def held(document: str, data: bytes) -> bytes:
        inside.append(data)
        if len(inside) == 1:
            await go_on.wait()
        return await typeset(document, data)

    monkeypatch.setattr(setting, "rendered", held)
    mine = [asyncio.create_task(practice.get(f"/clients/{client}/timeline.pdf")) for _ in range(4)]
    async with asyncio.timeout(60):
        while not inside:  # noqa: ASYNC110 (any of them may be the first)
            await asyncio.sleep(0.02)
    assert (await other.get(f"/clients/{theirs}/timeline.pdf")).status_code == 200
    events = (await practice.get("/audit-events", params={"action": "timeline.export"})).json()["total"]
    assert (events, len(inside), [task.done() for task in mine]) == (1, 2, [False] * 4)
    go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*mine)} == {200}


async def test_a_long_history_is_opened_in_slices(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event is printed once, in order; no more rows than a slice are in memory with their texts."""
    client = (await practice.make_client())["id"]
    for n in range(8):
        await practice.make_appointment(client, service_name=_word(n), notes="x" * 400)
    sizes, find = [], service._find

    async def seen(*given: Any) -> Any:
        found, total = await find(*given)
        sizes.append(len(found))
        return found, total

    monkeypatch.setattr(service, "SLICE", 3)
    monkeypatch.setattr(service, "_find", seen)
    page = "".join(pages((await practice.get(f"/clients/{client}/timeline.pdf")).content))
    assert (sizes, re.findall("mark[a-z]{2}", page)) == ([3, 3, 2], [_word(n) for n in reversed(range(8))])
    sizes.clear()
    monkeypatch.setattr(service, "PRINTED_EVENTS", 7)
    page = "".join(pages((await practice.get(f"/clients/{client}/timeline.pdf")).content))
    assert sizes == [3, 3, 1]
    assert {"7", "8"} <= words_of(page), "what is left out is told"


def test_the_typesetter_imports_nothing_of_the_application() -> None:
    """The process that sees hostile text holds no keys and no connection."""
    source = (Path(setting.__file__).parent / "typesetting.py").read_text(encoding="utf-8")
    assert "pazpaz" not in source


async def test_an_export_reads_like_the_timeline(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """What is archived or another client's is not printed."""
    client, other = [(await practice.make_client())["id"] for _ in range(2)]
    for client_id, name in ((client, "mine"), (client, "gone"), (other, "theirs")):
        plan = await practice.make_plan(client_id, title=name)
        if name == "gone":
            await practice.delete(f"/plans/{plan['id']}")
    (page,) = pages((await practice.get(f"/clients/{client}/timeline.pdf")).content)
    assert words_of(page) & {"mine", "gone", "theirs"} == {"mine"}
