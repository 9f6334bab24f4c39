"""The form an upload comes in: what is refused, when, and what it costs."""

import asyncio
import itertools
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.ids import new_id
from pazpaz.core.files.spool import AT_ONCE, OF_ONE, Spool
from pazpaz.core.http.uploads import ENVELOPE_BYTES
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from tests.core.problem import problem_of
from tests.support.files import chunk, png
from tests.support.forms import BOUNDARY, END, MULTIPART, Body, block, form, send
from tests.support.practice import API, Practice, browser, join, open_practice

LIMIT = 4096
PIECE = 65_536


@pytest.fixture(scope="module")
def spool_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
async def small(settings: Settings, spool_dir: Path) -> AsyncIterator[FastAPI]:
    """An application that takes files of LIMIT bytes, with a spool of its own."""
    app = create_app(settings.model_copy(update={"max_file_size": LIMIT, "spool_dir": spool_dir}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="module")
async def sender(small: FastAPI) -> AsyncIterator[Practice]:
    """A practice of that application."""
    practice = await open_practice(small)
    async with practice.http:
        yield practice


@pytest.fixture(scope="module")
async def note(sender: Practice) -> str:
    """A draft of it."""
    return str((await sender.make_session())["id"])


@pytest.fixture(autouse=True)
def nothing_stays(small: FastAPI, spool_dir: Path) -> Any:
    """After every test here, whatever the answer was, no place of the spool is taken and no file of it is open."""
    yield
    spool = small.state.resources.spool
    assert spool.taken == 0
    assert open_below(spool_dir) == []
    assert list(spool_dir.iterdir()) == []


def open_below(folder: Path) -> list[str]:
    """The open files of this process in a folder, those without a name too."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:  # the one that lists them
            continue
        if target.startswith(f"{folder}/"):
            found.append(target)
    return found


def of_size(size: int) -> bytes:
    """A PNG of exactly so many bytes."""
    return png(8, 8, b"\1\2\3", chunk(b"tEXt", b"k\0" + b"x" * (size - len(png()) - 14)))


async def total(practice: Practice, note: str) -> int:
    """How many files the note has."""
    return int((await practice.get(f"/sessions/{note}/attachments")).json()["total"])


async def test_the_largest_file_passes_and_one_byte_more_does_not(sender: Practice, note: str) -> None:
    """The limit is the file's own, not the form's."""
    assert len(of_size(LIMIT)) == LIMIT
    assert (await send(sender, note, form(of_size(LIMIT)))).status_code == 201
    refused = await send(sender, note, form(of_size(LIMIT + 1)))
    assert problem_of(refused, 413, "content-too-large")["max_file_size"] == LIMIT


async def test_a_body_without_a_length_is_refused_unread(sender: Practice, note: str) -> None:
    """A chunked body is a 411: progress and limits need its length."""
    body = Body([form()])
    problem_of(await send(sender, note, body), 411, "length-required")
    assert body.read == 0


@pytest.mark.parametrize("more", [1, 10**6, 10**25])
async def test_a_length_over_the_limit_is_refused_unread(sender: Practice, note: str, more: int) -> None:
    """What is declared too long is a 413 before a byte of it is read."""
    body = Body(itertools.repeat(b"x" * PIECE))
    refused = await send(sender, note, body, length=LIMIT + ENVELOPE_BYTES + more)
    problem_of(refused, 413, "content-too-large")
    assert body.read == 0


async def test_a_declared_length_at_the_limit_is_read(sender: Practice, note: str) -> None:
    """The form's own lines have room beside the largest file."""
    filler = b"x" * (LIMIT + ENVELOPE_BYTES - len(form(b"")))
    refused = await send(sender, note, form(filler))
    problem_of(refused, 413, "content-too-large")
    body = Body([form(filler)])
    await send(sender, note, body, length=LIMIT + ENVELOPE_BYTES)
    assert body.read > 0


async def test_a_file_longer_than_declared_is_cut_off(sender: Practice, note: str) -> None:
    """Whoever lies about the length is a 413 soon after the limit, however much is still to come."""
    pieces = itertools.chain([block(b"")[:-2]], itertools.repeat(b"x" * 512))
    body = Body(pieces)
    problem_of(await send(sender, note, body, length=1000), 413, "content-too-large")
    assert body.read < LIMIT + 2000


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "application/json",
        "multipart/mixed; boundary=b0undary",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'b' * 71}",
        "application/x-www-form-urlencoded; boundary=b0undary",
    ],
)
async def test_what_is_no_form_is_refused_unread(sender: Practice, note: str, kind: str | None) -> None:
    """Another media type, no boundary, and one longer than RFC 2046 allows are a 415."""
    body = Body([form()])
    problem_of(await send(sender, note, body, length=len(form()), kind=kind), 415, "form-required")
    assert body.read == 0


async def test_the_longest_boundary_passes(sender: Practice, note: str) -> None:
    """70 bytes, in quotes, and the media type in any case."""
    boundary = b"b" * 70
    kind = f'Multipart/Form-Data; Boundary="{boundary.decode()}"'
    answer = await send(sender, note, form().replace(BOUNDARY, boundary), kind=kind)
    assert answer.status_code == 201, answer.text


MALFORMED = {
    "empty": b"",
    "nothing but the end": END,
    "no boundary in it": b"x" * 100,
    "cut in the head": form()[:60],
    "cut in the file": form()[:150],
    "cut before the end": form()[:-6],
    "another boundary": form().replace(BOUNDARY, b"other"),
    "a line without a colon": form(None, b"nonsense"),
    "a head in Latin-1": form(disposition=b'form-data; name="file"; filename="\xe9.png"'),
    "NUL in a field's name": form(None, b"X\0: y"),
    "nine fields": form(None, *[b"X-%d: y" % n for n in range(7)]),
    "ten thousand fields": form(None, *[b"A:"] * 10_000),
    "a long field": form(None, b"X: " + b"y" * 5000),
    "a long field's name": form(None, b"X" * 5000 + b": y"),
    "a field without an end": b"--" + BOUNDARY + b"\r\nX: " + b"y" * 60_000,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_broken_form_is_refused(sender: Practice, note: str, name: str) -> None:
    """Truncations, nonsense and heads of parts that go on and on are a 400, or a 422, and leave nothing."""
    before = await total(sender, note)
    answer = await send(sender, note, MALFORMED[name])
    problem_of(answer, 422 if name == "nothing but the end" else 400)
    assert await total(sender, note) == before


WRONG = {
    "two files": block() + form(),
    "a file and a field": block() + form(b"x", disposition=b'form-data; name="canary-4be"'),
    "a field and a file": block(b"x", disposition=b'form-data; name="canary-4be"') + form(),
    "a file in another field": form(disposition=b'form-data; name="canary-4be"; filename="a.png"'),
    "no field": form(disposition=b'form-data; filename="a.png"'),
    "an attachment": form(disposition=b'attachment; name="file"; filename="a.png"'),
    "no disposition": b"--" + BOUNDARY + b"\r\nContent-Type: image/png\r\n\r\nx\r\n" + END,
    "no filename": form(disposition=b'form-data; name="file"'),
    "an empty filename": form(disposition=b'form-data; name="file"; filename=""'),
    "an extended filename only": form(disposition=b"form-data; name=\"file\"; filename*=UTF-8''a.png"),
    "an empty file": form(b""),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_form_of_other_things_is_refused(sender: Practice, note: str, name: str) -> None:
    """One file with a name in the field `file`, and nothing else: a 422 that repeats nothing."""
    before = await total(sender, note)
    answer = await send(sender, note, WRONG[name])
    problem_of(answer, 422, "invalid-input")
    assert "canary-4be" not in answer.text
    assert await total(sender, note) == before


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_how_a_form_is_cut_into_pieces_does_not_matter(sender: Practice, note: str, size: int) -> None:
    """Byte by byte it is the same file, with an epilogue after it too."""
    data = png(9, 9, b"\r\n-")
    whole = form(data) + b"epilogue\r\n"
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    first = await send(sender, note, form(data))
    again = await send(sender, note, Body(pieces), length=len(whole))
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json()["sha256"] == first.json()["sha256"]


async def test_a_boundary_inside_the_file_is_the_file_s(sender: Practice, note: str) -> None:
    """Lines that only begin like the boundary do not end the file."""
    data = png(8, 8, b"\1\2\3", chunk(b"tEXt", b"k\0\r\n--" + BOUNDARY[:-1] + b"\r\n--\r\n"))
    assert (await send(sender, note, form(data))).status_code == 201


async def outsiders(small: FastAPI, sender: Practice, note: str) -> dict[str, tuple[Practice, object, int]]:
    """Who may not send a file to a note, with the answer they get."""
    assistant, stranger = await join(small, sender, "assistant"), await open_practice(small)
    nobody = Practice(browser(small), sender.workspace_id, sender.user_id, "", "")
    final = (await sender.make_session(plan="x"))["id"]
    assert (await sender.patch(f"/sessions/{final}/finalize")).status_code == 200
    return {
        "nobody": (nobody, note, 401),
        "an assistant": (assistant, note, 403),
        "another practice": (stranger, note, 404),
        "no note": (sender, new_id(), 404),
        "a finalized note": (sender, final, 409),
    }


async def test_who_may_not_send_is_not_listened_to(small: FastAPI, sender: Practice, note: str) -> None:
    """Without a right to the note, or with a note that takes no file, not a byte of the body is read."""
    for name, (practice, session_id, status) in (await outsiders(small, sender, note)).items():
        body = Body([form()])
        answer = await send(practice, session_id, body, length=len(form()))
        assert (name, answer.status_code, body.read) == (name, status, 0)
        if practice is not sender:
            await practice.http.aclose()


async def test_memory_does_not_grow_with_the_file(app: FastAPI, practice: Practice) -> None:
    """Ten megabytes in pieces of 64 KiB never take two in memory."""
    note = (await practice.make_session())["id"]
    assert (await send(practice, note, form())).status_code == 201  # what is made once is made
    limit = app.state.resources.spool.limit
    head, end = block(b"")[:-2], b"\r\n" + END
    piece = b"x" * PIECE
    sizes = [PIECE] * (limit // PIECE) + [limit % PIECE]
    body = Body(itertools.chain([head], (piece[:size] for size in sizes), [end]))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        answer = await send(practice, note, body, length=len(head) + limit + len(end))
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    problem_of(answer, 415, "wrong-file-type")
    assert body.read == len(head) + limit + len(end)
    assert peak < 2_000_000


def held(small: FastAPI, note: str, token: str, *messages: dict[str, Any]) -> "asyncio.Task[list[Any]]":
    """An upload on the ASGI level: these messages, and then the client is gone."""
    left = iter([*messages, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return next(left)

    async def answer(message: Any) -> None:
        sent.append(message)

    path = f"{API}/sessions/{note}/attachments"
    headers = [
        (b"host", b"testserver"),
        (b"authorization", f"Bearer {token}".encode()),
        (b"content-type", MULTIPART.encode()),
        (b"content-length", b"1000"),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "state": {},
    }  # fmt: skip

    async def run() -> list[Any]:
        await small(scope, receive, answer)
        return sent

    return asyncio.create_task(run())


@pytest.mark.parametrize("heard", [0, 50, 150])
async def test_a_client_that_hangs_up_leaves_nothing(
    small: FastAPI, sender: Practice, note: str, heard: int
) -> None:
    """Wherever in the form it was."""
    before = await total(sender, note)
    begun = {"type": "http.request", "body": form()[:heard], "more_body": True}
    await held(small, note, sender.token, begun)
    assert await total(sender, note) == before


async def test_a_practice_that_takes_all_its_share_leaves_the_rest_to_others(
    small: FastAPI, sender: Practice, note: str
) -> None:
    """Its next upload is a 503 with Retry-After; another practice's goes through, and then there is room again."""
    resources: Resources = small.state.resources
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield form()[:100]
        await go_on.wait()

    other = await open_practice(small)
    theirs = str((await other.make_session())["id"])
    begun = [asyncio.create_task(send(sender, note, slow(), length=1000)) for _ in range(OF_ONE)]
    try:
        async with asyncio.timeout(60):
            while resources.spool.taken < OF_ONE:
                await asyncio.sleep(0.02)
                ended = [task.result().text for task in begun if task.done()]
                assert ended == []
        refused = await send(sender, note, form())
        problem_of(refused, 503, "unavailable")
        assert refused.headers["retry-after"]
        assert (await sender.get(f"/sessions/{note}")).status_code == 200
        assert (await send(other, theirs, form())).status_code == 201
    finally:
        go_on.set()
        answers = await asyncio.gather(*begun)
        await other.http.aclose()
    assert {answer.status_code for answer in answers} == {400}
    assert (await send(sender, note, form())).status_code == 201


def test_a_process_takes_so_many_uploads_at_once(tmp_path: Path) -> None:
    """However many practices they are of; whoever asks for one more is told to come back."""
    spool = Spool(tmp_path, LIMIT)
    files = [(owner, spool.take(owner)) for owner in range(AT_ONCE // OF_ONE) for _ in range(OF_ONE)]
    with pytest.raises(Unavailable):
        spool.take("another")
    for owner, file in files:
        spool.give_back(owner, file)
    spool.give_back("another", spool.take("another"))
    assert (spool.taken, len(spool._taken)) == (0, 0)


async def test_a_long_content_type_is_refused_unparsed(sender: Practice, note: str) -> None:
    """What no browser sends is a 415 before the body, and before a parser looks at it."""
    kind = f"{MULTIPART}; x={'y' * 256}"
    body = Body([form()])
    problem_of(await send(sender, note, body, length=len(form()), kind=kind), 415, "form-required")
    assert body.read == 0


async def test_a_second_attempt_finds_the_file_where_the_first_left_it(sender: Practice, note: str) -> None:
    """With a key the file is read before the note is looked at, and once only."""
    body = Body([form()])
    answer = await send(sender, note, body, length=len(form()), headers={"Idempotency-Key": str(new_id())})
    assert (answer.status_code, body.read) == (201, len(form())), answer.text
