"""Health data is nowhere in plain, and a ciphertext opens only where it was sealed."""

import logging as standard
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import structlog
from fastapi import FastAPI

from pazpaz.clients import service as clients
from pazpaz.core.base import logging
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import TamperedError, WorkspaceCipher
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from tests.appointments.cases import booking
from tests.clients.cases import BORN
from tests.support.files import attach, part
from tests.support.guards_phi import Songs, canary, dumped, queued, sing, traces, unsealed
from tests.support.practice import Practice, open_practice
from tests.sync.cases import synced

PLACE, KEYS = b"sessions.plan", {1: os.urandom(32), 2: os.urandom(32)}
HOME, ROW = new_id(), new_id()


@dataclass
class Sung:
    """A practice in every health field of which a canary sits, and all that was answered."""

    practice: Practice
    songs: Songs
    answers: list[httpx.Response]
    log: bytes = b""

    @property
    def needles(self) -> list[str]:
        """What must occur nowhere."""
        return [self.songs.song, BORN]

    @property
    def problems(self) -> dict[str, bytes]:
        """The answers that were no success."""
        return {
            f"answer {n} ({a.request.method}, {a.status_code})": a.content + str(a.headers).encode()
            for n, a in enumerate(self.answers)
            if not a.is_success
        }


async def _fail(*_: object) -> None:
    """Raise with a client's own words, as a bug might."""
    raise RuntimeError(*_)


async def _provoked_about_plans(practice: Practice, owned: dict[str, str], song: str) -> list[httpx.Response]:
    """The same of plans, milestones and the history."""
    path, step = f"/plans/{owned['plan']}", {"description": song, "notes": song}
    return [
        await practice.put(path, {"goals": song, "status": song, "start_date": song, song: song}),
        await practice.put(path, {"goals": song, "end_date": "1950-01-01"}),
        await practice.put(f"{path}/milestones/order", {"ids": [song]}),
        await practice.post(f"{path}/milestones", {**step, "achieved_date": BORN}),
        await practice.get(f"/clients/{owned['client']}/timeline", params={"types": song, "before": song}),
        await practice.get(f"/clients/{owned['client']}/timeline.pdf"),
    ]


async def _provoked(practice: Practice, owned: dict[str, str], song: str) -> list[httpx.Response]:
    """A constraint, validation of each sort, a path, a parameter, a header, and broken JSON, each with the canary."""
    soap = dict.fromkeys(("subjective", "objective", "assessment", "plan"), song)
    client = {"first_name": song, "last_name": song, "notes": song}
    body = booking(owned, logistics=song, notes=song, location=song)
    note = f"/sessions/{owned['draft']}"
    return [
        await practice.post("/appointments", body),
        await practice.post("/appointments", body),
        await practice.get("/clients", params={"q": song}),
        await practice.post("/sessions", {"appointment_id": owned["appointment"], **soap}),
        await practice.put(f"/appointments/{owned['appointment']}", {"therapist_id": str(new_id())}),
        await practice.post("/clients", {**client, song: song}),
        await practice.post("/clients", {**client, "email": song, "date_of_birth": song, "tags": song}),
        await practice.post("/appointments", {**body, "status": song, "scheduled_start": song}),
        await practice.get(f"/clients/{song}"),
        await practice.get("/clients", params={"cursor": song, "limit": song}),
        await practice.put(note, soap, headers={"If-Match": song.split(maxsplit=1)[0]}),
        await attach(practice, owned["draft"], name=f"{song}.png"),
        await attach(practice, owned["draft"], name=f"{song}.pdf"),
        await attach(practice, owned["draft"], name=f"{song}.png", data=b"\x89PNG" + song.encode()),
        await practice.request("POST", f"{note}/attachments", files={song: part()["file"]}),
        await practice.request(
            "POST", "/clients", content=f'{{"first_name": "{song}'.encode(),
            headers={"Content-Type": "application/json"},
        ),
        await _synced(practice, synced(str(new_id()), owned["appointment"], **soap), song),
        await practice.patch(f"{note}/finalize"),
        await practice.post(f"{note}/amendments", {"reason": f"{song}\n", **soap}),
        *await _provoked_about_plans(practice, owned, song),
    ]  # fmt: skip


async def _synced(practice: Practice, one: dict[str, object], song: str) -> httpx.Response:
    """A batch of which three items are rejected without a word of theirs."""
    batch = {"sessions": [one, one | {"plan": f"{song}\x00"}, one | {song: song}, song]}
    answer = await practice.post("/sessions/sync", batch)
    rejected = [result for result in answer.json()["results"] if result["status"] == "rejected"]
    assert len(rejected) == 3
    assert song not in str(rejected)
    return answer


async def _sing(app: FastAPI, practice: Practice, patch: pytest.MonkeyPatch) -> Sung:
    """Write canaries into every field, and provoke each kind of failure with them."""
    songs = Songs()
    owned = await sing(app, practice, songs)
    answers = [await practice.get("/sessions", params={"include": "text"})]
    answers += await _provoked(practice, owned, songs.song)
    with patch.context() as broken:
        broken.setattr(clients, "create", _fail)
        answers.append(await practice.post("/clients", {"first_name": songs.song, "last_name": songs.song}))
    return Sung(practice, songs, answers)


@contextmanager
def logged(path: Path) -> Iterator[Callable[[], bytes]]:
    """Log as in production; all that is written to standard output and error meanwhile is in the file."""
    root, structured = standard.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    kept = {descriptor: os.dup(descriptor) for descriptor in (1, 2)}
    with path.open("a", encoding="utf-8", buffering=1) as file, redirect_stdout(file), redirect_stderr(file):
        for descriptor in kept:
            os.dup2(file.fileno(), descriptor)
        logging.configure("DEBUG")
        try:
            yield path.read_bytes
        finally:
            root.handlers, root.level = handlers, level
            structlog.configure(**structured)
            for descriptor, copy in kept.items():
                os.dup2(copy, descriptor)
                os.close(copy)


@pytest.fixture(scope="module")
async def sung(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sung]:
    """The canaries, sung once to an application that writes its access log; where they got to is only looked at."""
    app = create_app(settings.model_copy(update={"access_log": True}))
    async with app.router.lifespan_context(app):
        practice = await open_practice(app)
        async with practice.http:
            log = tmp_path_factory.mktemp("sung") / "log"
            with pytest.MonkeyPatch.context() as patch, logged(log) as written:
                sung = await _sing(app, practice, patch)
                sung.log = written()
            yield sung


async def test_the_database_holds_no_canary(sung: Sung, superuser: "asyncpg.Connection[Any]") -> None:
    """No column of any table holds a word of health data in plain, UTF-16, hex or base64."""
    assert await unsealed(superuser, sung.practice.workspace_id) == []
    assert traces(await dumped(superuser), sung.needles) == []


async def test_the_search_of_the_database_finds_a_canary(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The same search finds one that is written plainly."""
    song = canary()
    await practice.put("/workspace", {"name": song})
    assert [place.split()[0] for place in traces(await dumped(superuser), [song])] != []


async def test_no_log_line_holds_a_canary(sung: Sung) -> None:
    """Requests, refusals, broken constraints and an unhandled error leave no word in the logs."""
    assert b"unhandled" in sung.log, "the error path wrote no line"
    assert b'"event":"request"' in sung.log, "no access line was written"
    assert traces({"the log": sung.log}, sung.needles) == []


def _by_a_library(song: str) -> None:
    standard.getLogger("some.library").debug("got %s", song)


@pytest.mark.parametrize("say", [_by_a_library, print, lambda song: os.write(2, song.encode())])
def test_the_search_of_the_logs_finds_a_canary(say: Callable[[str], object], tmp_path: Path) -> None:
    """The same search finds one that was logged by the standard library, printed, or written past Python's streams."""
    song = canary()
    with logged(tmp_path / "log") as written:
        say(song)
        assert traces({"the log": written()}, [song]) != []


async def test_valkey_holds_no_canary(sung: Sung, resources: Resources) -> None:
    """No key and no value of Valkey holds a word."""
    assert traces(await queued(resources), sung.needles) == []


async def test_the_search_of_valkey_finds_a_canary(resources: Resources) -> None:
    """The same search finds one that is written plainly."""
    song, redis = canary(), resources.queue.redis
    await redis.set("a-canary", song)
    try:
        assert traces(await queued(resources), [song]) != []
    finally:
        await redis.delete("a-canary")


async def test_no_problem_document_holds_a_canary(sung: Sung) -> None:
    """No refusal repeats what was sent."""
    assert {409, 422, 400, 500} <= {answer.status_code for answer in sung.answers}
    assert traces(sung.problems, sung.needles) == []


async def test_answers_hold_the_canary(sung: Sung) -> None:
    """The canaries were really sung: what was written is read back whole."""
    shown = sung.answers[0].json()["items"]
    assert sung.songs.of("sessions.plan") in {note["plan"] for note in shown}


def _opens(sealed: bytes, *, home: UUID = HOME, place: bytes = PLACE, row: UUID = ROW) -> bool:
    try:
        return bool(WorkspaceCipher(home, KEYS).open(sealed, "text", place, row))
    except TamperedError:
        return False


SEALED = WorkspaceCipher(HOME, KEYS).seal("כאב גב", "text", PLACE, ROW)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"home": new_id()}, {"row": new_id()}, {"place": b"sessions.objective"},
        {"place": b"clients.plan"}, {"place": b"sessions.pla"}, {"row": HOME, "home": ROW},
    ],
    ids=["workspace", "row", "column", "table", "shorter column", "row and workspace"],
)  # fmt: skip
def test_a_moved_ciphertext_does_not_open(elsewhere: dict[str, Any]) -> None:
    """Bound to workspace, row, table and column, it opens in its own place only."""
    assert _opens(SEALED)
    assert not _opens(SEALED, **elsewhere)


@pytest.mark.parametrize("number", [0, 1, 3, 2**32 - 1])
def test_another_key_number_does_not_open(number: int) -> None:
    """A ciphertext that claims another key, known or not, is refused."""
    assert not _opens(SEALED[:1] + number.to_bytes(4, "big") + SEALED[5:])


def test_a_ciphertext_of_an_older_key_does_not_claim_a_newer() -> None:
    """The key number is authenticated even when both numbers are the same key."""
    key = os.urandom(32)
    sealed = WorkspaceCipher(HOME, {1: key}).seal("x", "text", PLACE, ROW)
    twice = WorkspaceCipher(HOME, {1: key, 2: key})
    assert twice.open(sealed, "text", PLACE, ROW) == "x"
    with pytest.raises(TamperedError):
        twice.open(sealed[:4] + b"\x02" + sealed[5:], "text", PLACE, ROW)


def test_every_flipped_bit_is_refused() -> None:
    """Version byte, key number, nonce, text and tag: each of their bits counts."""
    flipped = [
        bit
        for bit in range(len(SEALED) * 8)
        if _opens(bytes(b ^ (1 << bit % 8 if n == bit // 8 else 0) for n, b in enumerate(SEALED)))
    ]
    assert flipped == []


def test_every_truncation_is_refused() -> None:
    """What was cut off at either end, or made longer, does not open."""
    cut = [SEALED[:n] for n in range(len(SEALED))] + [SEALED[n:] for n in range(1, len(SEALED))]
    assert [part for part in [*cut, SEALED + b"\0"] if _opens(part)] == []


SWAPS = {
    "notes": ("plan", "plan"),
    "columns": ("plan", "subjective"),
}


@pytest.mark.parametrize("swap", SWAPS)
async def test_swapped_ciphertexts_are_not_answered(
    practice: Practice, superuser: "asyncpg.Connection[Any]", swap: str
) -> None:
    """A note whose stored text comes from elsewhere answers a problem, and no one's text."""
    one, other = [await practice.make_session(plan=canary(), subjective=canary()) for _ in range(2)]
    source = other if swap == "notes" else one
    to, taken = SWAPS[swap]
    await superuser.execute(
        f"UPDATE sessions SET {to} = (SELECT {taken} FROM sessions WHERE id = $2) WHERE id = $1",
        UUID(one["id"]), UUID(source["id"]),
    )  # fmt: skip
    with structlog.testing.capture_logs() as logged:
        answer = await practice.get(f"/sessions/{one['id']}")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    texts = [note[column] for note in (one, other) for column in ("plan", "subjective")]
    assert traces({"the answer": answer.content, "the log": str(logged).encode()}, texts) == []


async def test_a_list_with_a_swapped_text_is_not_answered(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A client whose name was put there by another hand does not show in a list either."""
    one, other = [await practice.make_client(first_name=canary()) for _ in range(2)]
    await superuser.execute(
        "UPDATE clients SET first_name = (SELECT first_name FROM clients WHERE id = $2) WHERE id = $1",
        UUID(one["id"]), UUID(other["id"]),
    )  # fmt: skip
    with structlog.testing.capture_logs():
        answer = await practice.get("/clients")
    assert answer.status_code == 500
    assert traces({"the answer": answer.content}, [one["first_name"], other["first_name"]]) == []
