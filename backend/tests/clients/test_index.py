"""All clients in one answer, and the tag by which a client that has it already is told so."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.main import create_app
from tests.core.problem import problem_of
from tests.support.practice import Practice, browser, join

INDEX = "/clients/index"
DIALLING = {"country": "IL", "calling_code": "972", "trunk_prefix": "0", "exit_codes": ["00"]}
NAMES = ("id", "first_name", "last_name", "phone")


async def index(practice: Practice, etag: str | None = None) -> httpx.Response:
    """The list, as one asks who has what this tag names."""
    headers = {} if etag is None else {"If-None-Match": etag}
    answer = await practice.get(INDEX, headers=headers)
    assert answer.status_code in {200, 304}, answer.text
    return answer


@pytest.fixture
async def assistant(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A colleague at the desk."""
    colleague = await join(app, practice, "assistant")
    async with colleague.http:
        yield colleague


async def test_nobody_is_an_empty_list(practice: Practice) -> None:
    """A new practice has no clients, and its list a tag."""
    answer = await index(practice)
    assert answer.json() == {"items": [], "total": 0, "dialling": DIALLING}
    assert (await index(practice, answer.headers["etag"])).status_code == 304


async def test_all_are_in_it(practice: Practice) -> None:
    """Every client, the newest first, archived ones marked; what they have none of is left out."""
    ruth = await practice.make_client(
        first_name="רוּת־שרה", last_name="ב״ר לוי", phone="052-5550148", email="r@example.org", tags=["גב"]
    )
    dana = await practice.make_client(first_name="Dana 🌿", last_name="Straße")
    gone = await practice.make_client(first_name="Işık", tags=["b", "a", "b"])
    await practice.delete(f"/clients/{gone['id']}")
    expected = [
        {
            **{name: client[name] for name in NAMES},
            "archived": client is gone,
            **{name: client[name] for name in ("email", "tags") if client[name]},
            **({"phone_shown": "052-555-0148"} if client is ruth else {}),
        }
        for client in (gone, dana, ruth)
    ]
    assert (await index(practice)).json() == {"items": expected, "total": 3, "dialling": DIALLING}


async def test_many_are_in_one_answer(practice: Practice) -> None:
    """More than are written or read at once."""
    made = [(await practice.make_client(first_name=f"רות {number}"))["id"] for number in range(60)]
    answer = (await index(practice)).json()
    assert [item["id"] for item in answer["items"]] == made[::-1]
    assert answer["total"] == 60


async def test_an_assistant_gets_no_tags(practice: Practice, assistant: Practice) -> None:
    """An assistant's list holds nothing clinical, and its tag is not the one of who treats."""
    made = await practice.make_client(tags=["clinical-7f3"])
    whole, cards = await index(practice), await index(assistant)
    assert whole.json()["items"][0]["tags"] == ["clinical-7f3"]
    assert cards.json()["items"] == [{**{name: made[name] for name in NAMES}, "archived": False}]
    assert whole.headers["etag"] != cards.headers["etag"]
    assert (await index(assistant, whole.headers["etag"])).status_code == 200


async def test_a_new_role_is_a_new_list(app: FastAPI, practice: Practice) -> None:
    """Who treats no more is not told that what they have is still it."""
    await practice.make_client(tags=["x"])
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        before = await index(colleague)
        role = {"role": "assistant"}
        assert (await practice.put(f"/members/{colleague.user_id}", role)).status_code == 200
        after = await index(colleague, before.headers["etag"])
    assert after.status_code == 200
    assert "tags" not in after.json()["items"][0]


async def test_the_tag_changes_with_every_change(practice: Practice) -> None:
    """Created, renamed, tagged and archived: each makes what one has the list no more."""
    client = await practice.make_client()
    path = f"/clients/{client['id']}"
    tags = [(await index(practice)).headers["etag"]]
    for change in (
        practice.put(path, {"first_name": "דינה"}),
        practice.put(path, {"tags": ["גב"]}),
        practice.make_client(),
        practice.delete(path),
    ):
        await change
        answer = await index(practice, tags[-1])
        assert answer.status_code == 200
        tags.append(answer.headers["etag"])
    assert len(set(tags)) == len(tags)
    assert (await index(practice, tags[-1])).status_code == 304


@pytest.mark.parametrize("state", ["version = version + 1", "updated_at = updated_at + interval '1 second'"])
async def test_either_sign_of_a_change_is_enough(practice: Practice, superuser: Any, state: str) -> None:
    """One that was begun before another and committed after it; one that a restored backup counts anew."""
    await practice.make_client()
    etag = (await index(practice)).headers["etag"]
    await superuser.execute(f"UPDATE clients SET {state} WHERE workspace_id = $1", practice.workspace_id)
    assert (await index(practice, etag)).status_code == 200


async def test_a_change_elsewhere_is_a_change(practice: Practice, settings: Settings) -> None:
    """What another process changed is in the next answer of this one, names and tags."""
    client = await practice.make_client(tags=["a"])
    etag = (await index(practice)).headers["etag"]
    elsewhere = create_app(settings)
    async with elsewhere.router.lifespan_context(elsewhere), browser(elsewhere) as there:
        there.headers["Authorization"] = f"Bearer {practice.token}"
        same = await there.get(f"/api/v1{INDEX}", headers={"If-None-Match": etag})
        await there.put(f"/api/v1/clients/{client['id']}", json={"first_name": "דינה", "tags": ["b"]})
    assert same.status_code == 304, "processes name the same list differently"
    answer = await index(practice, etag)
    assert [(item["first_name"], item["tags"]) for item in answer.json()["items"]] == [("דינה", ["b"])]


@pytest.mark.parametrize("form", ['"other", {}', "W/{}", "W/{} , W/x", "*"])
async def test_a_tag_may_come_in_any_form(practice: Practice, form: str) -> None:
    """One of several, weakened by a proxy that compresses, or any (RFC 9110, 13.1.2)."""
    etag = (await index(practice)).headers["etag"]
    assert (await index(practice, form.format(etag))).status_code == 304


@pytest.mark.parametrize("form", ["", '"x"', "x", '""', ",,", "W/", '"{}'])
async def test_another_tag_is_none(practice: Practice, form: str) -> None:
    """Whatever else it says, the list is answered."""
    etag = (await index(practice)).headers["etag"]
    assert (await index(practice, form.format(etag))).status_code == 200


async def test_nothing_new_is_nothing_sent(practice: Practice) -> None:
    """A 304 has the tag and no content; like the list, it is kept by nobody on the way."""
    await practice.make_client()
    whole = await index(practice)
    same = await index(practice, whole.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == whole.headers["etag"]
    assert whole.headers["cache-control"] == same.headers["cache-control"] == "no-store"


async def test_its_head_is_its_length(practice: Practice) -> None:
    """HEAD says how long the list is and what names it, and sends none of it."""
    await practice.make_client()
    whole, head = await index(practice), await practice.request("HEAD", INDEX)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-length", "content-type"):
        assert head.headers[name] == whole.headers[name]
    assert int(whole.headers["content-length"]) == len(whole.content)


async def test_looking_again_is_recorded(practice: Practice) -> None:
    """A 304 tells that what one holds is the list: one event, as the list is."""
    etag = (await index(practice)).headers["etag"]
    query = {"action": "client.list"}
    assert (await practice.get("/audit-events", params=query)).json()["total"] == 1
    assert (await index(practice, etag)).status_code == 304
    events = (await practice.get("/audit-events", params=query)).json()
    assert [event["user_id"] for event in events["items"]] == [str(practice.user_id)] * 2


async def test_another_practices_tag_is_none(practice: Practice, other: Practice) -> None:
    """Two practices whose clients have changed as often have lists of different names, and each its own."""
    mine, theirs = await practice.make_client(), await other.make_client()
    etags = [(await index(whose)).headers["etag"] for whose in (practice, other)]
    assert etags[0] != etags[1]
    assert (await index(practice, etags[1])).status_code == 200
    shown = [(await index(whose)).json()["items"][0]["id"] for whose in (practice, other)]
    assert shown == [mine["id"], theirs["id"]]


async def test_the_tag_says_nothing_of_the_clients(practice: Practice) -> None:
    """Neither how many nor how often they changed can be read from it: it is as long and as random for any."""
    etags = [(await index(practice)).headers["etag"]]
    await practice.make_client()
    etags.append((await index(practice)).headers["etag"])
    assert [len(etag) for etag in etags] == [34, 34]
    assert sum(a == b for a, b in zip(*etags, strict=True)) < 17


async def test_the_index_is_not_a_client(practice: Practice) -> None:
    """Its address takes nothing but a look, and no parameter."""
    problem_of(await practice.put(INDEX, {"first_name": "x"}), 405)
    problem_of(await practice.get(INDEX, params={"q": "x"}), 422)
