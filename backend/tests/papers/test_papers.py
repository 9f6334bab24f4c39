"""A printed note and a printed record, read back by another library."""

import asyncio
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.papers import progress, service
from pazpaz.papers.documents import file_name
from pazpaz.papers.models import weight_of
from pazpaz.papers.words import WORDS
from pazpaz.timeline import setting
from tests.support.files import make_attachment
from tests.support.practice import Practice, join
from tests.timeline import prints

SOAP = {"subjective": "כאב ב־L4–L5", "objective": "Lasegue 40", "assessment": "better", "plan": "תרגול"}


def read(answer: httpx.Response) -> str:
    """The text of a print's pages, letters and digits with single spaces between them."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    return re.sub(r"\s+", " ", " ".join(prints.pages(answer.content)))


async def english(practice: Practice) -> None:
    """A print in English reads in the order it is written."""
    await practice.put("/workspace", {"locale": "en"})


async def finalized(practice: Practice, **texts: str) -> dict[str, Any]:
    """A final note."""
    note = await practice.make_session(**(SOAP | texts))
    answer = await practice.patch(f"/sessions/{note['id']}/finalize")
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def test_a_note_is_printed_whole(practice: Practice) -> None:
    """All fields, who finalized it, its amendments with their reasons, its page numbers; recorded as an export."""
    await english(practice)
    note = await finalized(practice)
    added = {"reason": "Forgotten", "plan": "Ice after walking"}
    await practice.post(f"/sessions/{note['id']}/amendments", added)
    answer = await practice.get(f"/sessions/{note['id']}.pdf")
    text = read(answer)
    assert re.search(r'filename="note-\d{4}-\d\d-\d\d\.pdf"', answer.headers["content-disposition"])
    for said in ("Session note", "Subjective", "L4–L5", "Objective", "Lasegue 40", "Assessment", "better", "Plan",
                 "תרגול", "Finalized", "Amendment 1", "Reason: Forgotten", "Ice after", "Page 1 of 1"):  # fmt: skip
        assert said in text
    me = (await practice.get("/auth/me")).json()["user"]["full_name"]
    assert text.count(me) == 2, "who finalized, and who amended"
    (event,) = (await practice.get("/audit-events", params={"action": "session.export"})).json()["items"]
    assert event["entity_id"] == note["id"]


async def test_a_draft_says_that_it_is_one(practice: Practice) -> None:
    """Neither a draft nor an archived note passes for a final one; a field nobody filled in says so."""
    await english(practice)
    note = await practice.make_session(subjective="only this")
    text = read(await practice.get(f"/sessions/{note['id']}.pdf"))
    assert "Draft: not finalized" in text
    assert text.count("Nothing is written here.") == 3
    await practice.delete(f"/sessions/{note['id']}")
    assert "Archived: taken out of the record" in read(await practice.get(f"/sessions/{note['id']}.pdf"))


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("סיכום אבחון 2026.pdf", "סיכום אבחון [2026.pdf]"),
        ("דוח 28.11.2026.pdf", "דוח [28.11.2026.pdf]"),
        ("הפניה לרופא (2).pdf", "הפניה לרופא [(2).pdf]"),
        ("כתף.jpg", "כתף.[jpg]"),
        ("report 2026.pdf", "report 2026.pdf"),
    ],
)
def test_a_file_name_keeps_its_digits_before_its_kind(name: str, marked: str) -> None:
    """What follows the last Hebrew word is read from left to right."""
    assert file_name(name).replace("\u2066", "[").replace("\u2069", "]") == marked


async def test_files_are_named(practice: Practice) -> None:
    """Their content is not in it."""
    note = await practice.make_session(**SOAP)
    await make_attachment(practice, note["id"], name="צילום ברך.png")
    text = read(await practice.get(f"/sessions/{note['id']}.pdf"))
    assert {"צילום", "ברך"} <= set(re.findall("[א-ת]+", text))


async def test_a_record_is_what_is_known(practice: Practice) -> None:
    """Details, plans with milestones, appointments, and each note whole, earliest first; recorded once, as a record."""
    await english(practice)
    client = await practice.make_client(
        first_name="Dana", last_name="Levi", phone="03-5550100", notes="Shy of needles"
    )
    plan = await practice.make_plan(client["id"], title="Walk again", goals="10 km")
    await practice.make_milestone(plan["id"], description="First stairs")
    for n in range(3):
        booked = await practice.make_appointment(client["id"], service_name="Physio", notes=f"parking{n}")
        await practice.make_session(booked["id"], subjective=f"word{n}", plan="p")
    gone = await practice.make_session((await practice.make_appointment(client["id"]))["id"], plan="removed")
    await practice.delete(f"/sessions/{gone['id']}")
    text = read(await practice.get(f"/clients/{client['id']}/record.pdf"))
    for said in ("Client record", "Dana Levi", "03-5550100", "Shy", "Walk again", "10 km", "First stairs", "Physio",
                 "parking2", "Session notes: 3", "Archived notes that are left out: 1", "Printed"):  # fmt: skip
        assert said in text
    assert "removed" not in text
    assert re.findall(r"word\d", text) == ["word0", "word1", "word2"]
    events = (await practice.get(f"/clients/{client['id']}/access-history")).json()["items"]
    assert [e["action"] for e in events if e["action"].endswith("export")] == ["record.export"]


async def test_a_record_of_nobody_yet_is_a_page(practice: Practice) -> None:
    """Somebody without notes has a record that says so."""
    await english(practice)
    client = await practice.make_client()
    assert "There are no notes in this period." in read(
        await practice.get(f"/clients/{client['id']}/record.pdf")
    )


async def test_a_record_of_a_period(practice: Practice) -> None:
    """What happened before or after is not in it, and it says which period it is of."""
    await english(practice)
    client = (await practice.make_client())["id"]
    starts = []
    for n in range(3):
        booked = await practice.make_appointment(client)
        starts.append(booked["scheduled_start"])
        await practice.make_session(booked["id"], plan=f"word{n}")
    asked = {"from": starts[1], "to": starts[2]}
    text = read(await practice.get(f"/clients/{client}/record.pdf", params=asked))
    assert re.findall(r"word\d", text) == ["word1"]
    assert "Session notes: 1" in text
    assert re.search(r"Period: from .+ until ", text)


@pytest.mark.parametrize("locale", ["he", "en"])
async def test_they_are_for_everybody(practice: Practice, locale: str, tmp_path: Path) -> None:
    """Tagged with headings that skip no level; a validator of PDF/UA finds nothing."""
    await practice.put("/workspace", {"locale": locale})
    client = await practice.make_client(first_name="አበበ", last_name="בן־עמי 🙂", notes="שורה\nline")
    plan = await practice.make_plan(client["id"], goals="x")
    await practice.make_milestone(plan["id"])
    note = await practice.make_session((await practice.make_appointment(client["id"]))["id"], **SOAP)
    await practice.patch(f"/sessions/{note['id']}/finalize")
    await practice.post(f"/sessions/{note['id']}/amendments", {"reason": "r", "plan": "p"})
    for path in (f"/sessions/{note['id']}.pdf", f"/clients/{client['id']}/record.pdf"):
        document = (await practice.get(path)).content
        assert prints.is_universal(document)
        assert prints.lacks(document, tmp_path) == []
        levels = [int(tag[1]) for tag in prints.tags(document) if re.fullmatch("H[1-6]", tag)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


async def test_a_record_in_slices_is_whole(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes and appointments beyond one slice are there, each once, in order, also those of one moment."""
    await english(practice)
    client = (await practice.make_client())["id"]
    for n in range(5):
        booked = await practice.make_appointment(client, notes=f"apt{n}")
        await practice.make_session(booked["id"], plan=f"word{n}")
    for size in (2, 5, 40):
        monkeypatch.setattr(service, "SLICE", size)
        text = read(await practice.get(f"/clients/{client}/record.pdf"))
        assert re.findall(r"word\d", text) == [f"word{n}" for n in range(5)]
        assert re.findall(r"apt\d", text) == [f"apt{n}" for n in range(5)]


async def test_a_record_that_is_too_long_is_refused_and_not_cut(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """422 says to print a period; amendments count too."""
    note = await finalized(practice, plan="x" * 500)
    await practice.post(f"/sessions/{note['id']}/amendments", {"reason": "r", "plan": "y" * 500})
    path = f"/clients/{note['client_id']}/record.pdf"
    monkeypatch.setattr(service, "RECORD_WEIGHT", 900)
    answer = await practice.get(path)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "record-too-long")
    assert (await practice.get(path, params={"to": "2000-01-01T00:00:00Z"})).status_code == 200
    told = parts(await practice.get(path.removesuffix(".pdf")))
    assert told[0][-1] == {"stage": "failed", "slug": "record-too-long", "status": 422}


def parts(answer: httpx.Response) -> tuple[list[dict[str, Any]], bytes]:
    """What was told, and the document behind it."""
    assert answer.status_code == 200
    lines: list[dict[str, Any]] = []
    rest = answer.content
    while not lines or lines[-1]["stage"] not in {"ready", "failed"}:
        line, _, rest = rest.partition(b"\n")
        lines.append(json.loads(line))
    return lines, rest


async def test_a_record_tells_how_far_it_is(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines at once, while it is read and while it is set; behind the last the same document."""
    await english(practice)
    client = (await practice.make_client())["id"]
    for n in range(3):
        await practice.make_session((await practice.make_appointment(client))["id"], plan=f"word{n}")
    typeset, entries = setting.rendered, service._entries

    async def slowly(*given: Any) -> Any:
        await asyncio.sleep(0.1)
        return await entries(*given)

    async def set_slowly(*given: Any) -> bytes:
        await asyncio.sleep(0.1)
        return await typeset(*given)

    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(service, "SLICE", 1)
    monkeypatch.setattr(service, "_entries", slowly)
    monkeypatch.setattr(setting, "rendered", set_slowly)
    lines, document = parts(await practice.get(f"/clients/{client}/record"))
    stages = list(dict.fromkeys((line["stage"], line.get("done")) for line in lines))
    assert stages[0] == ("waiting", 0)
    assert [stage for stage in stages if stage[0] == "reading"] == [("reading", n) for n in range(3)]
    assert stages[-2:] == [("setting", 3), ("ready", None)]
    assert lines[-1]["bytes"] == len(document)
    assert re.findall(r"word\d", "".join(prints.pages(document))) == ["word0", "word1", "word2"]


def test_many_short_lines_are_as_much_as_a_long_text() -> None:
    """Each line is a paragraph to set, however little stands in it."""
    assert weight_of("x" * 1_000) == 1_000
    assert weight_of("x\n" * 500) == 1_000 + 500 * 50
    assert weight_of(None) == 0


async def test_who_goes_away_ends_the_work() -> None:
    """The place and the process behind it are somebody else's then."""
    ended = asyncio.Event()

    async def work(_tell: service.Told) -> bytes:
        try:
            await asyncio.sleep(600)
        finally:
            ended.set()
        return b""

    lines = progress.told(work)
    assert [json.loads(await anext(lines))["stage"] for _ in range(2)] == ["waiting"] * 2
    await lines.aclose()  # type: ignore[attr-defined] # it is a generator
    async with asyncio.timeout(10):
        await ended.wait()


async def test_a_fault_is_told_and_raised() -> None:
    """The last line says that it failed, in words that tell nothing of the fault."""

    async def work(_tell: service.Told) -> bytes:
        raise ValueError("a client's name")

    lines: list[bytes] = []

    async def listen() -> None:
        async for line in progress.told(work):
            lines.append(line)  # noqa: PERF401 (up to where it is raised)

    with pytest.raises(ValueError, match="name"):
        await listen()
    assert json.loads(lines[-1]) == {"stage": "failed", "slug": "unavailable", "status": 503}


async def test_records_wait_for_their_turn(
    practice: Practice, other: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One practice's notes and records are printed one at a time; another's does not wait for them."""
    mine, theirs = [await one.make_session(**SOAP) for one in (practice, other)]
    go_on, inside, typeset = asyncio.Event(), [], setting.rendered

    async def held(document: str, data: bytes) -> bytes:
        inside.append(data)
        if len(inside) == 1:
            await go_on.wait()
        return await typeset(document, data)

    monkeypatch.setattr(setting, "rendered", held)
    paths = [f"/clients/{mine['client_id']}/record.pdf", f"/sessions/{mine['id']}.pdf"] * 2
    asked = [asyncio.create_task(practice.get(path)) for path in paths]
    async with asyncio.timeout(60):
        while not inside:  # noqa: ASYNC110 (any of them may be the first)
            await asyncio.sleep(0.02)
    assert (await other.get(f"/sessions/{theirs['id']}.pdf")).status_code == 200
    assert (len(inside), [task.done() for task in asked]) == (2, [False] * 4)
    go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}


async def test_an_assistant_prints_none(app: FastAPI, practice: Practice) -> None:
    """What is clinical is not theirs, and the refusal is recorded."""
    note = await practice.make_session(**SOAP)
    assistant = await join(app, practice, "assistant")
    for path in (f"/sessions/{note['id']}.pdf", f"/clients/{note['client_id']}/record"):
        assert (await assistant.get(path)).status_code == 403


async def test_another_ending_is_no_route(practice: Practice) -> None:
    """Only what there is is found by an id with an ending."""
    note = await practice.make_session(**SOAP)
    for path in (
        f"/sessions/{note['id']}.txt",
        f"/sessions/{note['id']}.pdf.pdf",
        f"/sessions/{note['id']}x",
    ):
        assert (await practice.get(path)).status_code in {404, 422}
    assert (await practice.put(f"/sessions/{note['id']}.pdf", SOAP)).status_code == 405


def test_both_languages_say_everything() -> None:
    """No word is missing or the same."""
    english_, hebrew = (vars(words) for words in WORDS.values())
    assert [name for name in english_ if not english_[name] or english_[name] == hebrew[name]] == []
