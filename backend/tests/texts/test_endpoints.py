"""Note templates and snippets at the API: the practice's, one's own, and nobody else's."""

import asyncio
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.texts.models import MOST
from tests.core.problem import problem_of
from tests.support.practice import Practice, join

KINDS = ("/note-templates", "/snippets")
NAME = {"/note-templates": "title", "/snippets": "name"}
TAKEN = {"/note-templates": "template-title-taken", "/snippets": "snippet-name-taken"}


@pytest.fixture
async def colleague(app: FastAPI, practice: Practice) -> Practice:
    """Another therapist of the practice."""
    return await join(app, practice, "therapist")


def body(path: str, name: str = "קבלה", **values: Any) -> dict[str, Any]:
    text = {"plan": "  להמשיך\nכך 🙂 "} if path == "/note-templates" else {"text": "טווח תנועה מלא, ללא כאב"}
    return {NAME[path]: name, **text, **values}


async def make(practice: Practice, path: str, name: str = "קבלה", **values: Any) -> dict[str, Any]:
    answer = await practice.post(path, body(path, name, **values))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def seen(practice: Practice, path: str) -> list[str]:
    items = (await practice.get(path)).json()["items"]
    return [item[NAME[path]] for item in items]


@pytest.mark.parametrize("path", KINDS)
async def test_what_is_written_comes_back(practice: Practice, path: str) -> None:
    """Exactly, in the list too, with its version."""
    made = await make(practice, path)
    assert {name: made[name] for name in body(path)} == body(path)
    assert (made["is_shared"], made["version"], made["user_id"]) == (False, 1, str(practice.user_id))
    assert (await practice.get(path)).json()["items"] == [made]


@pytest.mark.parametrize("path", KINDS)
async def test_ones_own_is_nobody_else_s(practice: Practice, colleague: Practice, path: str) -> None:
    """Not even an owner's to see, change, delete or restore; shared, it is everybody's, and not another practice's."""
    made = await make(colleague, path)
    one = f"{path}/{made['id']}"
    assert await seen(practice, path) == []
    for answer in (
        await practice.put(one, {NAME[path]: "x"}),
        await practice.put(one, {"is_shared": True}),
        await practice.delete(one),
    ):
        problem_of(answer, 404, "not-found")
    assert (await colleague.put(one, {"is_shared": True})).status_code == 200
    assert await seen(practice, path) == ["קבלה"]
    assert (await practice.put(one, {NAME[path]: "x"})).status_code == 200
    assert await seen(colleague, path) == ["x"]
    assert (await colleague.put(one, {"is_shared": False})).status_code == 200
    assert await seen(practice, path) == []
    assert (await colleague.delete(one)).status_code == 204
    problem_of(await practice.post(f"{one}/restore"), 404, "not-found")


@pytest.mark.parametrize("path", KINDS)
async def test_only_who_shared_it_takes_it_back(practice: Practice, colleague: Practice, path: str) -> None:
    made = await make(practice, path, is_shared=True)
    answer = await colleague.put(f"{path}/{made['id']}", {"is_shared": False})
    problem_of(answer, 409, "shared-by-somebody-else")
    assert await seen(practice, path) == ["קבלה"]


@pytest.mark.parametrize("path", KINDS)
async def test_a_name_stands_for_one(practice: Practice, colleague: Practice, path: str) -> None:
    """However it is typed; among the practice's, and among each person's own."""
    await make(practice, path, "Intake")
    problem_of(await practice.post(path, body(path, "ＩNTAKE")), 409, TAKEN[path])
    await make(colleague, path, "intake")
    shared = await make(practice, path, "intake", is_shared=True)
    problem_of(await colleague.post(path, body(path, "Intake", is_shared=True)), 409, TAKEN[path])
    other = await make(practice, path, "b")
    problem_of(await practice.put(f"{path}/{other['id']}", {NAME[path]: "INTAKE"}), 409, TAKEN[path])
    problem_of(await practice.put(f"{path}/{shared['id']}", {"is_shared": False}), 409, TAKEN[path])
    assert (await practice.put(f"{path}/{shared['id']}", {NAME[path]: "intake"})).status_code == 200


@pytest.mark.parametrize("path", KINDS)
async def test_of_twins_one_gets_the_name(practice: Practice, path: str) -> None:
    answers = await asyncio.gather(*(practice.post(path, body(path)) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


@pytest.mark.parametrize("path", KINDS)
async def test_a_deletion_is_undone(practice: Practice, path: str) -> None:
    """It is as before, twice is once, and its name is free meanwhile."""
    made = await make(practice, path)
    one = f"{path}/{made['id']}"
    assert (await practice.delete(one)).status_code == 204
    assert await seen(practice, path) == []
    problem_of(await practice.delete(one), 404, "not-found")
    again = await practice.post(f"{one}/restore")
    assert again.status_code == 200
    kept = {name: value for name, value in again.json().items() if name not in {"version", "updated_at"}}
    assert kept == {name: made[name] for name in kept}
    problem_of(await practice.post(f"{one}/restore"), 404, "not-found")
    await practice.delete(one)
    await make(practice, path)
    problem_of(await practice.post(f"{one}/restore"), 409, TAKEN[path])


@pytest.mark.parametrize("path", KINDS)
async def test_a_stale_change_is_refused(practice: Practice, path: str) -> None:
    """What another has changed meanwhile is neither overwritten nor deleted."""
    made = await make(practice, path)
    one, first = f"{path}/{made['id']}", {"If-Match": '"1"'}
    changed = await practice.put(one, {NAME[path]: "x"}, headers=first)
    assert (changed.status_code, changed.json()["version"], changed.headers["etag"]) == (200, 2, '"2"')
    problem_of(await practice.put(one, {NAME[path]: "y"}, headers=first), 412, "stale-version")
    problem_of(await practice.delete(one, headers=first), 412, "stale-version")


@pytest.mark.parametrize("path", KINDS)
async def test_there_are_so_many_and_no_more(
    practice: Practice, path: str, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Of one's own; the practice's are counted apart, and what was deleted is not."""
    made = await make(practice, path)
    table = path[1:].replace("-", "_")
    columns = [
        record["column_name"]
        for record in await superuser.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1", table
        )
        if record["column_name"] not in {"id", "called"}
    ]
    listed = ", ".join(columns)
    await superuser.execute(
        f"INSERT INTO {table} (id, called, {listed}) SELECT gen_random_uuid(), gen_random_uuid(), {listed}"
        f" FROM {table}, generate_series(2, $2) WHERE id = $1",
        made["id"],
        MOST,
    )
    refused = problem_of(await practice.post(path, body(path, "more")), 409, "texts-full")
    assert refused["most"] == MOST
    await make(practice, path, "more", is_shared=True)
    await practice.delete(f"{path}/{made['id']}")
    await make(practice, path, "more")


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/snippets", {"name": "a b"}), ("/snippets", {"name": "a;b"}), ("/snippets", {"name": ""}),
        ("/snippets", {"name": "x" * 81}), ("/snippets", {"text": " "}), ("/snippets", {"text": "x" * 5001}),
        ("/note-templates", {"title": " "}), ("/note-templates", {"plan": "x" * 20_001}),
        ("/note-templates", {"is_shared": None}),
    ],
)  # fmt: skip
async def test_what_has_no_place_is_refused(practice: Practice, path: str, values: dict[str, Any]) -> None:
    assert (await practice.post(path, body(path) | values)).status_code == 422


async def test_the_export_has_the_practice_s_only(practice: Practice, colleague: Practice) -> None:
    """What is somebody's own is not in it, also not the owner's own."""
    from io import BytesIO
    from zipfile import ZipFile

    for path in KINDS:
        await make(practice, path, "shared", is_shared=True)
        await make(practice, path, "mine")
        await make(colleague, path, "theirs")
    archive = ZipFile(BytesIO((await practice.get("/workspace/export")).content))
    for name in ("note-templates.jsonl", "snippets.jsonl"):
        found = archive.read(name).decode()
        assert found.count("\n") == 1
        assert "shared" in found
