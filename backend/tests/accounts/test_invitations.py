"""Inviting people to a practice, and the mail that tells them."""

import asyncio
from uuid import UUID

import pytest
from fastapi import FastAPI

from pazpaz.accounts.closing import announce
from pazpaz.accounts.jobs import send_invitation, sweep_invitations
from pazpaz.accounts.notices import send_notice
from tests.accounts.mailbox import Links, Mail, Person
from tests.accounts.people import end, invite, invited, seen
from tests.core.problem import problem_of
from tests.support.practice import Practice, join


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


async def everything_told(practice: Practice, person: Person) -> list[Mail]:
    """Every kind of mail about accounts, to an invited address: invitation, link, notice, deletion."""
    await invited(practice, person)
    await person.ask()
    member = await person.referee.fetchval("SELECT id FROM users WHERE email = $1", person.email)
    assert (await practice.post(f"/members/{member}/reset-factors")).status_code == 204
    notice = await person.referee.fetchval("SELECT id FROM account_notices WHERE user_id = $1", member)
    await send_notice(person.resources, notice)
    assert (await practice.delete("/workspace")).status_code == 202
    await announce(person.resources, practice.workspace_id)
    mails = person.mails()
    assert len(mails) == 4
    return mails


async def test_no_mail_names_a_practice_to_who_never_signed_in(practice: Practice, person: Person) -> None:
    """What a stranger calls a practice reaches nobody by mail who has not signed in to it."""
    await practice.put("/workspace", {"name": "Win at http://evil.example"})
    for mail in await everything_told(practice, person):
        assert b"evil.example" not in mail.message.as_bytes()
        assert "evil.example" not in mail.part("plain") + mail.part("html")


async def test_mails_name_the_practice_to_who_has_signed_in(practice: Practice, person: Person) -> None:
    """After the first sign-in links name the practice, as text whatever it is called."""
    name = "<img src=x onerror=alert(1)> {{ 7*7 }}"
    await practice.put("/workspace", {"name": name})
    await invited(practice, person)
    await person.ask()
    await person.verify()
    await person.ask()
    mail = person.mails()[-1]
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
