"""Health data is nowhere in plain, and a ciphertext opens only where it was sealed."""

import asyncio
import logging as standard
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import structlog
from fastapi import FastAPI

from pazpaz.clients import service as clients
from pazpaz.core.base import clock, logging
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import TamperedError, WorkspaceCipher
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from pazpaz.reminders import jobs as reminders
from pazpaz.reminders.delivery import deliver
from tests.support.files import attach, part
from tests.support.guards_operations import booking, synced
from tests.support.guards_phi import canary, dumped, queued, traces, unsealed
from tests.support.practice import Practice, open_practice

BORN = "1907-07-19"
PLACE, KEYS = b"sessions.plan", {1: os.urandom(32), 2: os.urandom(32)}
HOME, ROW = new_id(), new_id()


@dataclass
class Sung:
    """A practice in every health field of which a canary sits, and all that was answered."""

    practice: Practice
    canary: str
    answers: list[httpx.Response]

    @property
    def needles(self) -> list[str]:
        """What must occur nowhere."""
        return [self.canary, BORN]

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


async def _sing_of_plans(practice: Practice, client: str, song: str) -> list[httpx.Response]:
    """The same in a plan, its revision and its milestone, and in the printed history."""
    text = dict.fromkeys(("title", "diagnosis", "goals", "frequency"), song)
    plan = await practice.post("/plans", {"client_id": client, **text})
    path = f"/plans/{plan.json()['id']}"
    step = {"description": song, "notes": song}
    made = await practice.post(f"{path}/milestones", step)
    return [
        plan, made,
        await practice.put(path, dict.fromkeys(text, f"{song}.")),
        await practice.put(f"{path}/milestones/{made.json()['id']}", {"status": "achieved"}),
        await practice.get(f"{path}/revisions"),
        await practice.get(f"/clients/{client}/timeline"),
        await practice.get(f"/clients/{client}/timeline.pdf"),
        await practice.put(path, {"goals": song, "status": song, "start_date": song, song: song}),
        await practice.put(path, {"goals": song, "end_date": "1950-01-01"}),
        await practice.put(f"{path}/milestones/order", {"ids": [song]}),
        await practice.post(f"{path}/milestones", {**step, "achieved_date": BORN}),
        await practice.get(f"/clients/{client}/timeline", params={"types": song, "before": song}),
    ]  # fmt: skip


async def _remind(practice: Practice, client_id: str) -> None:
    """Have the client reminded: their name and address go out by mail, and a masked one is kept."""
    resources: Resources = practice.http._transport.app.state.resources  # type: ignore[attr-defined]
    await practice.post("/reminders/configurations", {"hours_before": 1})
    start = clock.now() + timedelta(hours=1, milliseconds=300)
    end = start + timedelta(minutes=50)
    times = {"scheduled_start": start.isoformat(), "scheduled_end": end.isoformat()}
    await practice.post("/appointments", {"client_id": client_id, **times})
    await reminders.schedule(resources)
    await asyncio.sleep(0.4)
    await deliver(resources, new_id())


async def _sing(practice: Practice, patch: pytest.MonkeyPatch) -> Sung:
    """Write canaries into every field, and provoke each kind of failure with them."""
    song = canary()
    word = song.split()[0]
    details = {
        "email": f"{word}@example.org", "phone": word, "date_of_birth": BORN,
        "address": song, "notes": song, "tags": [song],
    }  # fmt: skip
    client = {"first_name": song, "last_name": song, **details}
    soap = dict.fromkeys(("subjective", "objective", "assessment", "plan"), song)
    made = await practice.post("/clients", client, headers={"Idempotency-Key": str(new_id())})
    body = booking({"client": made.json()["id"]}, logistics=song, notes=song, location=song)
    booked = await practice.post("/appointments", body)
    note = await practice.post("/sessions", {"appointment_id": booked.json()["id"], **soap})
    await _remind(practice, made.json()["id"])
    paths = (f"/clients/{made.json()['id']}", f"/sessions/{note.json()['id']}")
    answers = [
        made, booked, note,
        await practice.put(paths[0], details),
        await practice.put(paths[1], soap),
        await practice.get("/clients", params={"q": song}),
        await practice.get("/sessions", params={"include": "text"}),
        # A constraint, validation of each sort, a path, a parameter, a header, and broken JSON.
        await practice.post("/appointments", body),
        await practice.post("/sessions", {"appointment_id": booked.json()["id"], **soap}),
        await practice.put(f"/appointments/{booked.json()['id']}", {"therapist_id": str(new_id())}),
        await practice.post("/clients", {**client, song: song}),
        await practice.post("/clients", {**client, "email": song, "date_of_birth": song, "tags": song}),
        await practice.post("/appointments", {**body, "status": song, "scheduled_start": song}),
        await practice.get(f"/clients/{song}"),
        await practice.get("/clients", params={"cursor": song, "limit": song}),
        await practice.put(paths[1], soap, headers={"If-Match": word}),
        await attach(practice, note.json()["id"], name=f"{song}.png"),
        await attach(practice, note.json()["id"], name=f"{song}.pdf"),
        await attach(practice, note.json()["id"], name=f"{song}.png", data=b"\x89PNG" + song.encode()),
        await practice.request("POST", f"{paths[1]}/attachments", files={song: part()["file"]}),
        await practice.request(
            "POST", "/clients", content=f'{{"first_name": "{song}'.encode(),
            headers={"Content-Type": "application/json"},
        ),
    ]  # fmt: skip
    token = (await practice.post("/auth/tokens", {"name": "another device"})).json()["token"]
    device = {"Authorization": f"Bearer {token}"}
    answers.append(await practice.put(paths[1], dict.fromkeys(soap, f"{song}."), headers=device))
    answers.append(await practice.get(f"{paths[1]}/revisions"))
    one = synced(str(new_id()), booked.json()["id"], **soap)
    batch = {"sessions": [one, one | {"plan": f"{song}\x00"}, one | {song: song}, song]}
    answers.append(await practice.post("/sessions/sync", batch))
    rejected = [r for r in answers[-1].json()["results"] if r["status"] == "rejected"]
    assert len(rejected) == 3
    assert song not in str(rejected)
    answers.append(await practice.patch(f"{paths[1]}/finalize"))
    answers.append(await practice.post(f"{paths[1]}/amendments", {"reason": song, **soap}))
    answers.append(await practice.post(f"{paths[1]}/amendments", {"reason": f"{song}\n", **soap}))
    answers += await _sing_of_plans(practice, made.json()["id"], song)
    with patch.context() as broken:
        broken.setattr(clients, "create", _fail)
        answers.append(await practice.post("/clients", client))
    return Sung(practice, song, answers)


@pytest.fixture
def logs(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Logging as in production, on a captured standard error."""
    root, structured = standard.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    logging.configure("DEBUG")
    yield capfd
    root.handlers, root.level = handlers, level
    structlog.configure(**structured)


@pytest.fixture
async def sung(settings: Settings, logs: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sung]:
    """The canaries, sung to an application that writes its access log."""
    app = create_app(settings.model_copy(update={"access_log": True}))
    async with app.router.lifespan_context(app):
        practice = await open_practice(app)
        async with practice.http:
            yield await _sing(practice, monkeypatch)


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


async def test_no_log_line_holds_a_canary(sung: Sung, logs: pytest.CaptureFixture[str]) -> None:
    """Requests, refusals, broken constraints and an unhandled error leave no word in the logs."""
    written = "".join(logs.readouterr())
    assert "unhandled" in written, "the error path wrote no line"
    assert '"event":"request"' in written, "no access line was written"
    assert traces({"the log": written.encode()}, sung.needles) == []


async def test_the_search_of_the_logs_finds_a_canary(logs: pytest.CaptureFixture[str]) -> None:
    """The same search finds one that was logged, also by the standard library."""
    song = canary()
    standard.getLogger("some.library").debug("got %s", song)
    assert traces({"the log": "".join(logs.readouterr()).encode()}, [song]) != []


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
    shown = sung.answers[6].json()["items"][0]
    assert {shown[name] for name in ("subjective", "objective", "assessment", "plan")} == {sung.canary}


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
