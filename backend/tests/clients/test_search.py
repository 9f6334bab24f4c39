"""The search's index in memory: never behind the last commit, never another practice's, gone with the keys."""

import asyncio

from fastapi import FastAPI

from pazpaz.clients.models import SEARCH, Entry
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.opened import Opened, OpenedIndexes
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from tests.support.practice import Practice, browser


async def _found(practice: Practice, q: str, **params: object) -> list[str]:
    answer = await practice.get("/clients", params={"q": q, **params})
    assert answer.status_code == 200, answer.text
    return [item["first_name"] for item in answer.json()["items"]]


async def test_a_search_sees_what_was_just_written(practice: Practice) -> None:
    """Created, renamed and archived clients are found as they are now."""
    assert await _found(practice, "dana") == []
    client = await practice.make_client(first_name="Dana", last_name="Cohen")
    assert await _found(practice, "dana") == ["Dana"]
    await practice.put(f"/clients/{client['id']}", json={"first_name": "Dina"})
    assert await _found(practice, "dana") == []
    assert await _found(practice, "dina") == ["Dina"]
    await practice.delete(f"/clients/{client['id']}")
    assert await _found(practice, "dina") == []
    assert await _found(practice, "dina", archived=True) == ["Dina"]


async def test_a_search_sees_what_another_process_wrote(practice: Practice, settings: Settings) -> None:
    """The index of one process is refreshed when another has changed a client."""
    client = await practice.make_client(first_name="Dana")
    assert await _found(practice, "dana") == ["Dana"]
    elsewhere = create_app(settings)
    async with elsewhere.router.lifespan_context(elsewhere), browser(elsewhere) as there:
        answer = await there.put(
            f"/api/v1/clients/{client['id']}",
            json={"first_name": "Ruth"},
            headers={"Authorization": f"Bearer {practice.token}"},
        )
        assert answer.status_code == 200, answer.text
    assert await _found(practice, "dana") == []
    assert await _found(practice, "ruth") == ["Ruth"]


async def test_searches_beside_writes_find_every_acknowledged_client(practice: Practice) -> None:
    """Whatever runs beside it, a client whose creation was answered is found."""

    async def add_and_find(number: int) -> None:
        await practice.make_client(first_name=f"client{number:02}x")
        assert await _found(practice, f"client{number:02}x") == [f"client{number:02}x"]

    await asyncio.gather(*(add_and_find(number) for number in range(12)))


async def test_a_search_finds_nobody_of_another_practice(practice: Practice, other: Practice) -> None:
    """Two practices with the same name in them find their own."""
    await practice.make_client(first_name="Dana", last_name="Here")
    await other.make_client(first_name="Dana", last_name="There")
    for whose, last_name in ((practice, "Here"), (other, "There")):
        items = (await whose.get("/clients", params={"q": "dana"})).json()["items"]
        assert [item["last_name"] for item in items] == [last_name]


async def test_the_index_goes_with_the_keys(practice: Practice, resources: Resources, app: FastAPI) -> None:
    """When the workspace's keys are held no longer, neither is what they opened."""
    await practice.make_client(first_name="Dana")
    await _found(practice, "dana")
    workspace = practice.workspace_id
    assert len(resources.keys.opened.of(workspace, SEARCH)) == 1
    resources.keys.forget(workspace)
    assert len(resources.keys.opened.of(workspace, SEARCH)) == 0


async def test_the_least_recently_used_index_gives_way() -> None:
    """The indexes of all practices together are bounded; the one in use stays."""
    indexes = OpenedIndexes(kept_rows=15)

    def fill(opened: Opened[Entry]) -> None:
        entry = Entry("Dana", "Levi", None, None, None, is_archived=False, words=("dana",), numbers=())
        opened._entries = {new_id(): (1, entry) for _ in range(10)}

    first, second = new_id(), new_id()
    for workspace in (first, second):
        fill(indexes.of(workspace, SEARCH))
        indexes.bound()
    assert len(indexes.of(second, SEARCH)) == 10
    assert len(indexes.of(first, SEARCH)) == 0
