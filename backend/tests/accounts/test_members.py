"""The people of a practice: inviting, changing, disabling and removing them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.accounts.jobs import send_invitation, sweep_invitations
from pazpaz.core.ids import new_id
from tests.accounts.mailbox import Links, Mail, Person
from tests.core.problem import problem_of
from tests.support.practice import Practice, join

ENDINGS = {"demoted": {"role": "therapist"}, "disabled": {"status": "disabled"}, "removed": None}
OWNERS_ONLY = (
    ("POST", "/members", {"email": "a@example.org", "full_name": "Noa", "role": "owner"}),
    ("PUT", "/members/{}", {"role": "owner"}),
    ("DELETE", "/members/{}", None),
)


@pytest.fixture
async def member(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A therapist of the practice."""
    member = await join(app, practice, "therapist")
    async with member.http:
        yield member


@pytest.fixture
async def partner(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A second owner of the practice."""
    partner = await join(app, practice, "owner")
    async with partner.http:
        yield partner


async def invite(practice: Practice, email: str, role: str = "therapist") -> httpx.Response:
    return await practice.post("/members", {"email": email, "full_name": "Noa Mizrahi", "role": role})


async def seen(practice: Practice, member_id: object) -> dict[str, Any] | None:
    """The member as the list shows them."""
    items = (await practice.get("/members")).json()["items"]
    return next((item for item in items if item["id"] == str(member_id)), None)


async def end(practice: Practice, member_id: object, change: dict[str, str] | None) -> httpx.Response:
    """Change a member; None removes them."""
    path = f"/members/{member_id}"
    return await (practice.put(path, change) if change else practice.delete(path))


async def invited(practice: Practice, person: Person) -> Mail:
    """Invite the person, do what the worker does, and return the newest mail."""
    answer = await invite(practice, person.email)
    assert answer.status_code == 201, answer.text
    await send_invitation(person.resources, UUID(answer.json()["id"]))
    return person.mails()[-1]


async def test_an_invited_member_is_listed(practice: Practice, person: Person) -> None:
    """An invitation answers the new member as they were asked for, and the list shows the same."""
    made = (await invite(practice, person.email, "assistant")).json()
    assert (made["email"], made["full_name"], made["role"], made["status"], made["version"]) == (
        person.email,
        "Noa Mizrahi",
        "assistant",
        "active",
        1,
    )
    assert await seen(practice, made["id"]) == made


async def test_members_are_listed_newest_first(practice: Practice, member: Practice) -> None:
    """The list holds the whole practice, the newest at the top, and pages like every list."""
    page = (await practice.get("/members", params={"limit": 1})).json()
    rest = (await practice.get("/members", params={"cursor": page["next_cursor"]})).json()
    assert [item["id"] for item in (*page["items"], *rest["items"])] == [
        str(member.user_id),
        str(practice.user_id),
    ]
    assert (page["total"], rest["next_cursor"]) == (2, None)


@pytest.mark.parametrize("role", ["therapist", "assistant"])
async def test_everybody_sees_their_colleagues(app: FastAPI, practice: Practice, role: str) -> None:
    """Whoever belongs to a practice may list its people."""
    colleague = await join(app, practice, role)
    async with colleague.http:
        assert (await colleague.get("/members")).json()["total"] == 2


async def test_an_invited_member_signs_in_by_mail(practice: Practice, person: Person) -> None:
    """After the invitation the address signs in to the practice in its role."""
    await invited(practice, person)
    await person.ask()
    signed_in = (await person.verify()).json()
    assert (signed_in["workspace"]["id"], signed_in["user"]["role"]) == (
        str(practice.workspace_id),
        "therapist",
    )


@pytest.mark.parametrize(
    ("locale", "direction", "subject"),
    [("he", "rtl", "הוזמנת ל-PazPaz"), ("en", "ltr", "You are invited to PazPaz")],
)
async def test_the_invitation_speaks_the_practices_language(
    practice: Practice, person: Person, locale: str, direction: str, subject: str
) -> None:
    """Subject, text and direction of the invitation are those of the practice's language."""
    await practice.put("/workspace", {"locale": locale})
    mail = await invited(practice, person)
    assert (mail.message["Subject"], mail.message["Content-Language"]) == (subject, locale)
    assert f'lang="{locale}" dir="{direction}"' in mail.part("html")
    assert "מרפאה" in mail.part("plain")
    assert ("Hello" in mail.part("plain")) == (locale == "en")


async def test_the_invitation_signs_nobody_in(practice: Practice, person: Person) -> None:
    """The mail leads to the sign-in page and holds no token: whoever reads it must sign in like anybody."""
    mail = await invited(practice, person)
    assert Links(mail.part("html")).found == ["http://testserver/sign-in"]
    assert "http://testserver/sign-in" in mail.part("plain").splitlines()
    assert b"token" not in mail.message.as_bytes()
    assert await person.link_ids() == []


async def test_the_invitation_parses_without_defects(practice: Practice, person: Person) -> None:
    """A strict parser finds no defect, and the one recipient is the invited."""
    message = (await invited(practice, person)).message
    assert [part.defects for part in message.walk()] == [[] for _ in message.walk()]
    assert message.get_all("Delivered-To") == [person.email]


async def test_a_hostile_practice_name_is_only_text(practice: Practice, person: Person) -> None:
    """A practice named like HTML or a template is shown as text in the invitation."""
    name = "<img src=x onerror=alert(1)> {{ 7*7 }}"
    await practice.put("/workspace", {"name": name})
    mail = await invited(practice, person)
    assert "img" not in Links(mail.part("html")).tags
    assert name in mail.part("plain")


async def test_an_invitation_is_queued(practice: Practice, person: Person) -> None:
    """Inviting leaves a job for the worker."""
    made = (await invite(practice, person.email)).json()
    assert await person.resources.queue.redis.exists(f"arq:job:send_invitation:{made['id']}")


async def test_an_invitation_is_mailed_once(practice: Practice, person: Person) -> None:
    """The job run again sends nothing more."""
    await invited(practice, person)
    member_id = await person.referee.fetchval("SELECT id FROM users WHERE email = $1", person.email)
    await send_invitation(person.resources, member_id)
    assert len(person.mails()) == 1


async def test_a_lost_invitation_is_swept(practice: Practice, person: Person) -> None:
    """An invitation whose job was lost is queued again by the sweep."""
    made = (await invite(practice, person.email)).json()
    key = f"arq:job:send_invitation:{made['id']}"
    redis = person.resources.queue.redis
    await redis.delete(key)
    await redis.zrem("arq:queue", f"send_invitation:{made['id']}")
    await person.referee.execute(
        "UPDATE users SET invited_at = now() - interval '30 seconds' WHERE id = $1", made["id"]
    )
    await sweep_invitations(person.resources)
    assert await redis.exists(key)


@pytest.mark.parametrize("change", [{"status": "disabled"}, None], ids=["disabled", "removed"])
async def test_who_is_out_again_is_not_invited(
    practice: Practice, person: Person, change: dict[str, str] | None
) -> None:
    """A member disabled or removed before the job ran gets no mail."""
    made = (await invite(practice, person.email)).json()
    await end(practice, made["id"], change)
    await send_invitation(person.resources, UUID(made["id"]))
    assert person.mails() == []


@pytest.mark.parametrize("status", ["active", "disabled"])
async def test_a_member_is_not_invited_twice(practice: Practice, member: Practice, status: str) -> None:
    """An address that belongs to a member, in any letter case, is a 409 and changes nobody."""
    await practice.put(f"/members/{member.user_id}", {"status": status})
    before = (await practice.get("/members")).json()
    problem_of(await invite(practice, member.email.upper(), "owner"), 409, "member-exists")
    assert (await practice.get("/members")).json() == before


async def test_eight_invitations_at_once_make_one_member(practice: Practice, person: Person) -> None:
    """Of eight invitations of one address at once one is a 201 and the others are 409."""
    answers = await asyncio.gather(*(invite(practice, person.email) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert (await practice.get("/members")).json()["total"] == 2


async def test_an_address_may_belong_to_several_practices(
    practice: Practice, other: Practice, person: Person
) -> None:
    """A member of one practice is invited to another, and both are in the sign-in mail."""
    for workspace in (practice, other):
        await invited(workspace, person)
    await person.ask()
    assert {link[2] for link in person.mails()[-1].links} == {
        str(practice.workspace_id),
        str(other.workspace_id),
    }


async def test_a_removed_member_can_be_invited_again(practice: Practice, member: Practice) -> None:
    """Who was removed comes back as the same person, with the new role."""
    await practice.delete(f"/members/{member.user_id}")
    made = await invite(practice, member.email, "assistant")
    assert made.status_code == 201
    assert (made.json()["id"], made.json()["role"], made.json()["status"]) == (
        str(member.user_id),
        "assistant",
        "active",
    )


async def invited_twice(practice: Practice, person: Person) -> tuple[Mail, Mail]:
    """Invite, remove, invite again."""
    first = await invited(practice, person)
    member_id = await person.referee.fetchval("SELECT id FROM users WHERE email = $1", person.email)
    await practice.delete(f"/members/{member_id}")
    return first, await invited(practice, person)


async def test_a_member_invited_again_is_mailed_again(practice: Practice, person: Person) -> None:
    """The second invitation is a second mail."""
    await invited_twice(practice, person)
    assert len(person.mails()) == 2


async def test_a_second_invitation_has_an_id_of_its_own(practice: Practice, person: Person) -> None:
    """Mailboxes drop a mail under a Message-ID they have seen, so the second one has another."""
    first, second = await invited_twice(practice, person)
    assert first.message["Message-ID"] != second.message["Message-ID"]


async def test_a_member_invited_again_signs_in_anew(practice: Practice, member: Practice) -> None:
    """Coming back does not bring old tokens back."""
    await practice.delete(f"/members/{member.user_id}")
    await invite(practice, member.email)
    assert (await member.get("/auth/me")).status_code == 401


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
