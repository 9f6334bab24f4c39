"""The people of a practice: changing, disabling and removing them."""

import asyncio

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.accounts.mailbox import Person
from tests.accounts.people import end, invite, invited, seen
from tests.core.problem import problem_of
from tests.support.practice import Practice, join

ENDINGS = {"demoted": {"role": "therapist"}, "disabled": {"status": "disabled"}, "removed": None}
OWNERS_ONLY = (
    ("POST", "/members", {"email": "a@example.org", "full_name": "Noa", "role": "owner"}),
    ("PUT", "/members/{}", {"role": "owner"}),
    ("DELETE", "/members/{}", None),
)


@pytest.mark.parametrize(
    ("field", "value"), [("full_name", "נועה"), ("role", "assistant"), ("status", "disabled")]
)
async def test_one_field_of_a_member_changes_alone(
    practice: Practice, member: Practice, field: str, value: str
) -> None:
    """The field that is sent changes, every other stays, and the version rises by one."""
    before = await seen(practice, member.user_id)
    assert before is not None
    answer = await practice.put(
        f"/members/{member.user_id}", {field: value}, headers={"If-Match": f'"{before["version"]}"'}
    )
    after = answer.json()
    assert answer.headers["etag"] == f'"{before["version"] + 1}"'
    assert after == before | {
        field: value,
        "version": before["version"] + 1,
        "updated_at": after["updated_at"],
    }
    assert await seen(practice, member.user_id) == after


@pytest.mark.parametrize("field", ["full_name", "role", "status"])
async def test_a_members_field_cannot_be_cleared(practice: Practice, member: Practice, field: str) -> None:
    """A null is a 422 that points at the field."""
    answer = await practice.put(f"/members/{member.user_id}", {field: None})
    assert [error["pointer"] for error in problem_of(answer, 422)["errors"]] == [f"/{field}"]


async def test_nobody_is_removed_by_a_change(practice: Practice, member: Practice) -> None:
    """`removed` is no status to send: removing has a route of its own."""
    problem_of(await practice.put(f"/members/{member.user_id}", {"status": "removed"}), 422)
    assert await seen(practice, member.user_id) is not None


@pytest.mark.parametrize("change", ENDINGS.values(), ids=ENDINGS)
async def test_a_stale_version_changes_no_member(
    practice: Practice, member: Practice, change: dict[str, str] | None
) -> None:
    """If-Match with an older version is a 412, for a change and for a removal."""
    await practice.put(f"/members/{member.user_id}", {"full_name": "second"})
    before = await seen(practice, member.user_id)
    path, headers = f"/members/{member.user_id}", {"If-Match": '"1"'}
    answer = await (
        practice.put(path, change, headers=headers) if change else practice.delete(path, headers=headers)
    )
    problem_of(answer, 412, "stale-version")
    assert await seen(practice, member.user_id) == before


async def test_a_right_taken_away_works_on_the_next_request(practice: Practice, member: Practice) -> None:
    """A therapist who was reading notes a moment ago reads none as an assistant."""
    assert (await member.get("/sessions")).status_code == 200
    await practice.put(f"/members/{member.user_id}", {"role": "assistant"})
    problem_of(await member.get("/sessions"), 403, "role-not-allowed")


async def test_a_right_given_works_on_the_next_request(practice: Practice, member: Practice) -> None:
    """A therapist who was refused a moment ago invites as an owner."""
    assert (await invite(member, f"{new_id()}@example.org")).status_code == 403
    await practice.put(f"/members/{member.user_id}", {"role": "owner"})
    assert (await invite(member, f"{new_id()}@example.org")).status_code == 201


@pytest.mark.parametrize("change", [{"status": "disabled"}, None], ids=["disabled", "removed"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_is_out_is_out_at_once(
    practice: Practice, member: Practice, change: dict[str, str] | None, method: str
) -> None:
    """A disabled or removed member's very next request, read or write, is a 401."""
    body = {"json": {"first_name": "a", "last_name": "b"}} if method == "POST" else {}
    assert (await member.request(method, "/clients", **body)).is_success
    assert (await end(practice, member.user_id, change)).is_success
    problem_of(await member.request(method, "/clients", **body), 401, "not-authenticated")


@pytest.mark.parametrize("change", [{"status": "disabled"}, None], ids=["disabled", "removed"])
async def test_who_is_out_is_signed_out_of_browsers(
    practice: Practice, person: Person, change: dict[str, str] | None
) -> None:
    """A browser's sign-in ends with the membership too."""
    await invited(practice, person)
    await person.ask()
    member_id = (await person.verify()).json()["user"]["id"]
    assert (await person.http.get("/api/v1/clients")).status_code == 200
    await end(practice, member_id, change)
    assert (await person.http.get("/api/v1/clients")).status_code == 401


async def test_a_link_from_before_a_removal_opens_nothing(practice: Practice, person: Person) -> None:
    """A sign-in link that was mailed to a member is not valid after their removal."""
    await invited(practice, person)
    member_id = await person.referee.fetchval("SELECT id FROM users WHERE email = $1", person.email)
    await person.ask()
    await practice.delete(f"/members/{member_id}")
    problem_of(await person.verify(), 401, "link-not-valid")


async def test_what_a_removed_member_wrote_stays(practice: Practice, member: Practice) -> None:
    """Their notes and appointments are there as before."""
    note = await member.make_session(plan="as it was")
    await practice.delete(f"/members/{member.user_id}")
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "as it was"
    appointment = (await practice.get(f"/appointments/{note['appointment_id']}")).json()
    assert appointment["therapist_id"] == str(member.user_id)


@pytest.mark.parametrize("change", ENDINGS.values(), ids=ENDINGS)
async def test_a_removed_member_is_not_found(
    practice: Practice, member: Practice, change: dict[str, str] | None
) -> None:
    """Removed members are not listed, and to change or remove them is a 404."""
    await practice.delete(f"/members/{member.user_id}")
    assert await seen(practice, member.user_id) is None
    problem_of(await end(practice, member.user_id, change), 404, "not-found")


@pytest.mark.parametrize("change", ENDINGS.values(), ids=ENDINGS)
async def test_the_last_owner_stays(
    practice: Practice, member: Practice, change: dict[str, str] | None
) -> None:
    """The only owner can be neither demoted nor disabled nor removed, and goes on working."""
    before = await seen(practice, practice.user_id)
    problem_of(await end(practice, practice.user_id, change), 409, "last-owner")
    assert await seen(practice, practice.user_id) == before
    assert (await practice.put("/workspace", {"name": "still mine"})).status_code == 200


@pytest.mark.parametrize("change", ENDINGS.values(), ids=ENDINGS)
async def test_a_disabled_owner_does_not_count(
    practice: Practice, partner: Practice, change: dict[str, str] | None
) -> None:
    """Beside a disabled owner the other one is the last."""
    await practice.put(f"/members/{partner.user_id}", {"status": "disabled"})
    problem_of(await end(practice, practice.user_id, change), 409, "last-owner")


async def test_the_last_owner_may_be_renamed(practice: Practice) -> None:
    """What takes no ownership away is allowed."""
    answer = await practice.put(f"/members/{practice.user_id}", {"full_name": "Dana", "role": "owner"})
    assert (answer.status_code, answer.json()["full_name"]) == (200, "Dana")


@pytest.mark.parametrize("change", ENDINGS.values(), ids=ENDINGS)
async def test_one_of_two_owners_may_go(
    practice: Practice, partner: Practice, change: dict[str, str] | None
) -> None:
    """An owner beside whom another one stays may end their own ownership."""
    assert (await end(practice, practice.user_id, change)).is_success
    assert (await partner.put("/workspace", {"name": "hers"})).status_code == 200


@pytest.mark.parametrize("change", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("whom", ["each other", "themselves"])
async def test_two_owners_at_once_leave_one(
    app: FastAPI, practice: Practice, change: dict[str, str] | None, whom: str
) -> None:
    """Two owners who end each other's, or each their own, ownership at once: an owner stays, 20 times of 20."""
    for _ in range(20):
        one, two = await join(app, practice, "owner"), await join(app, practice, "owner")
        if await seen(one, practice.user_id) is not None:
            assert (await one.delete(f"/members/{practice.user_id}")).status_code == 204
        targets = (two, one) if whom == "each other" else (one, two)
        answers = await asyncio.gather(
            *(end(who, target.user_id, change) for who, target in zip((one, two), targets, strict=True))
        )
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) <= {200, 204, 401, 403, 409}, statuses
        assert sum(answer.is_success for answer in answers) == 1, statuses
        (owner,) = [who for who in (one, two) if (await who.get("/audit-events")).status_code == 200]
        practice = owner


@pytest.mark.parametrize("role", ["therapist", "assistant"])
@pytest.mark.parametrize(
    ("method", "path", "body"), OWNERS_ONLY, ids=[f"{case[0]} {case[1]}" for case in OWNERS_ONLY]
)
async def test_only_owners_manage_members(
    app: FastAPI, practice: Practice, role: str, method: str, path: str, body: dict[str, str] | None
) -> None:
    """Nobody but an owner invites, changes or removes, not even themselves."""
    colleague = await join(app, practice, role)
    before = (await practice.get("/members")).json()
    async with colleague.http:
        answer = await colleague.request(method, path.format(colleague.user_id), json=body)
    problem_of(answer, 403, "role-not-allowed")
    assert (await practice.get("/members")).json() == before


@pytest.mark.parametrize("change", ENDINGS.values(), ids=ENDINGS)
async def test_another_workspaces_member_is_not_found(
    practice: Practice, other: Practice, change: dict[str, str] | None
) -> None:
    """A foreign member's id is a 404, and they stay what they are."""
    problem_of(await end(practice, other.user_id, change), 404, "not-found")
    assert await seen(practice, other.user_id) is None
    assert (await other.put("/workspace", {"name": "ours"})).status_code == 200
