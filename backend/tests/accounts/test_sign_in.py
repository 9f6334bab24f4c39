"""Signing up and in by a mailed link."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.accounts.schemas import Verify
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.main import create_app
from tests.accounts.mailbox import SIGN_UP, Person
from tests.core.waiting import until_done_or_blocked
from tests.support.practice import API, Practice, browser, join


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def owned(person: Person) -> int:
    """How many workspaces the address belongs to."""
    count: int = await person.referee.fetchval("SELECT count(*) FROM users WHERE email = $1", person.email)
    return count


async def test_signing_up_opens_a_workspace(person: Person) -> None:
    """The mailed link opens a workspace as it was asked for, with its owner signed in."""
    signed_in = await person.signed_up(workspace_name="מרפאה", locale="he")
    assert signed_in["user"]["role"] == "owner"
    assert signed_in["user"]["email"] == person.email
    assert signed_in["workspace"]["name"] == "מרפאה"
    me = (await person.http.get(f"{API}/auth/me")).json()
    assert {name: me[name] for name in signed_in} == signed_in


async def test_nothing_exists_before_the_link_is_opened(person: Person) -> None:
    """Signing up alone makes no workspace and no user."""
    await person.sign_up()
    assert await owned(person) == 0


async def test_a_known_address_signs_in_to_its_workspace(person: Person) -> None:
    """A sign-in link leads to the workspace the address belongs to."""
    first = await person.signed_up()
    await person.ask()
    assert (await person.verify()).json()["workspace"]["id"] == first["workspace"]["id"]


async def test_letter_case_of_an_address_does_not_matter(person: Person) -> None:
    """An address signed up in capitals signs in in small letters."""
    person.email = person.email.upper()
    first = await person.signed_up()
    person.email = person.email.lower()
    await person.ask()
    assert (await person.verify()).json()["user"]["id"] == first["user"]["id"]


async def test_signing_up_twice_opens_no_second_workspace(person: Person) -> None:
    """Signing up with an address that owns a workspace mails a sign-in link to that one."""
    first = await person.signed_up()
    await person.sign_up(workspace_name="Second")
    mail = person.mails()[-1]
    assert "Second" not in mail.part("plain")
    assert mail.links[0][2] == first["workspace"]["id"]
    assert (await person.verify()).json() == first | {"workspace": first["workspace"]}
    assert await owned(person) == 1


async def test_two_sign_up_links_open_one_workspace(person: Person) -> None:
    """Two links of one impatient sign-up, opened one after the other, lead to the same workspace."""
    await person.sign_up()
    await person.sign_up()
    tokens = [mail.token for mail in person.mails()]
    answers = [await person.post("/auth/verify", {"token": token}) for token in tokens]
    # Only the newest link belongs to this browser; the older one needs its code.
    assert {answer.status_code for answer in answers} <= {200, 403}
    assert await owned(person) == 1


async def test_two_sign_up_links_at_once_open_one_workspace(person: Person) -> None:
    """Two sign-up links of one address, opened at the same moment, open one workspace."""
    await person.sign_up()
    await person.sign_up()
    first, second = (person.resources.system() for _ in range(2))
    one, two = (Verify(token=mail.token) for mail in person.mails())
    resources, context = person.resources, RequestContext(new_id())
    await service.verify(first, resources.keys, resources.settings, context, one, service.Browser("device"))
    later = asyncio.create_task(
        service.verify(second, resources.keys, resources.settings, context, two, service.Browser("device"))
    )
    await until_done_or_blocked(later, person.referee)
    await first.transaction.commit()
    await later
    await second.transaction.commit()
    assert await owned(person) == 1


async def test_a_link_is_opened_by_post_only(person: Person) -> None:
    """A mail scanner that fetches the link's address uses nothing up."""
    await person.sign_up()
    mail = person.mails()[-1]
    for method in ("GET", "HEAD"):
        answer = await person.http.request(method, f"{API}/auth/verify", params={"token": mail.token})
        assert answer.status_code == 405
    assert (await person.verify()).status_code == 200


async def test_a_link_works_once(person: Person) -> None:
    """A link that was used is not valid any more, also in the same browser."""
    await person.sign_up()
    assert (await person.verify()).status_code == 200
    again = await person.verify()
    assert (again.status_code, slug(again)) == (401, "link-not-valid")


async def test_of_many_who_open_a_link_at_once_one_gets_in(person: Person) -> None:
    """Of 32 simultaneous requests with one link exactly one is a 200 and makes exactly one workspace."""
    await person.sign_up()
    token = person.mails()[-1].token
    answers = await asyncio.gather(*(person.post("/auth/verify", {"token": token}) for _ in range(32)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 31
    assert await owned(person) == 1


@pytest.mark.parametrize(("seconds", "status"), [(590, 200), (600, 401)])
async def test_a_link_lives_ten_minutes(person: Person, seconds: int, status: int) -> None:
    """A link works just before ten minutes are over, and not after."""
    await person.sign_up()
    await person.move(seconds)
    assert (await person.verify()).status_code == status


async def test_an_invented_token_is_no_link(person: Person) -> None:
    """A token that was never mailed is a 401, as a used one is."""
    answer = await person.post("/auth/verify", {"token": "A" * 43})
    assert (answer.status_code, slug(answer)) == (401, "link-not-valid")


async def test_another_browser_needs_the_code(person: Person, elsewhere: httpx.AsyncClient) -> None:
    """The link alone does not open in a browser that did not ask, and is not used up by the try."""
    await person.sign_up()
    answer = await elsewhere.post(f"{API}/auth/verify", json={"token": person.mails()[-1].token})
    assert (answer.status_code, slug(answer)) == (403, "code-required")
    assert (await person.verify()).status_code == 200


async def test_the_code_opens_in_another_browser(person: Person, elsewhere: httpx.AsyncClient) -> None:
    """Link and code together open in any browser."""
    code = (await person.sign_up()).json()["code"]
    body = {"token": person.mails()[-1].token, "code": code}
    assert (await elsewhere.post(f"{API}/auth/verify", json=body)).status_code == 200


async def test_five_wrong_codes_void_the_link(person: Person, elsewhere: httpx.AsyncClient) -> None:
    """Five wrong codes are 403 each; then even the right one is a 401."""
    code = (await person.sign_up()).json()["code"]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    token = person.mails()[-1].token
    tries = [
        await elsewhere.post(f"{API}/auth/verify", json={"token": token, "code": given})
        for given in [wrong] * 5 + [code]
    ]
    assert [answer.status_code for answer in tries] == [403] * 5 + [401]
    assert {slug(answer) for answer in tries[:5]} == {"code-wrong"}


async def test_codes_cannot_be_tried_in_parallel(person: Person, elsewhere: httpx.AsyncClient) -> None:
    """Of 20 simultaneous wrong codes no more than five are looked at."""
    code = (await person.sign_up()).json()["code"]
    body = {"token": person.mails()[-1].token, "code": f"{(int(code) + 1) % 1_000_000:06d}"}
    answers = await asyncio.gather(*(elsewhere.post(f"{API}/auth/verify", json=body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [401] * 15 + [403] * 5


async def test_another_links_cookie_opens_nothing(person: Person, app: FastAPI) -> None:
    """A browser that asked for its own link cannot open someone else's without the code."""
    await person.sign_up()
    async with browser(app) as http:
        thief = Person(http, person.resources, person.referee)
        await thief.sign_up()
        answer = await thief.post("/auth/verify", {"token": person.mails()[-1].token})
    assert slug(answer) == "code-required"


async def test_an_address_in_two_workspaces_chooses(person: Person, practice: Practice) -> None:
    """One mail holds a link for each workspace, and `workspace_id` says which one is entered."""
    mine = (await person.signed_up())["workspace"]["id"]
    theirs = str(practice.workspace_id)
    await person.referee.execute(
        "INSERT INTO users (workspace_id, id, email, full_name, role)"
        " VALUES ($1, gen_random_uuid(), $2, 'Dana', 'therapist')",
        practice.workspace_id,
        person.email,
    )
    for wanted in (theirs, mine):
        sent = len(person.mails())
        await person.ask()
        mails = person.mails()
        assert len(mails) == sent + 1
        assert {workspace for _, _, workspace in mails[-1].links} == {mine, theirs}
        assert (await person.verify(workspace_id=wanted)).json()["workspace"]["id"] == wanted


async def test_a_link_leads_to_ones_own_workspaces_only(person: Person, other: Practice) -> None:
    """`workspace_id` of a workspace the address does not belong to is a 401."""
    await person.signed_up()
    await person.ask()
    answer = await person.verify(workspace_id=str(other.workspace_id))
    assert (answer.status_code, slug(answer)) == (401, "link-not-valid")


@pytest.mark.parametrize("status", ["disabled", "removed"])
async def test_a_user_who_is_out_gets_no_link(
    app: FastAPI, practice: Practice, person: Person, status: str
) -> None:
    """An address whose only user is disabled or removed gets no mail."""
    member = await join(app, practice, "therapist")
    await member.http.aclose()
    person.email = member.email
    await person.referee.execute("UPDATE users SET status = $2 WHERE id = $1", member.user_id, status)
    await person.ask()
    assert person.mails() == []


async def test_unknown_addresses_are_answered_alike(person: Person, app: FastAPI) -> None:
    """Known and unknown addresses get the same status, the same members and the same headers."""
    await person.signed_up()
    async with browser(app) as http:
        known = await http.post(f"{API}/auth/magic-link", json={"email": person.email})
    async with browser(app) as http:
        unknown = await http.post(f"{API}/auth/magic-link", json={"email": f"x{person.email}"})
    assert known.status_code == unknown.status_code == 202
    assert known.json().keys() == unknown.json().keys() == {"code", "expires_at"}
    assert len(known.content) == len(unknown.content)
    assert list(known.headers) == list(unknown.headers)
    assert len(known.headers["set-cookie"]) == len(unknown.headers["set-cookie"])


async def test_sign_up_answers_known_and_unknown_alike(person: Person, app: FastAPI) -> None:
    """Signing up does not tell whether the address already has a workspace."""
    await person.signed_up()
    answers = []
    for email in (person.email, f"x{person.email}"):
        async with browser(app) as http:
            answers.append(await http.post(f"{API}/auth/signup", json={"email": email, **SIGN_UP}))
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json().keys() == answers[1].json().keys()
    assert list(answers[0].headers) == list(answers[1].headers)


async def test_an_unknown_address_gets_no_mail(person: Person) -> None:
    """Asking to sign in with an address nobody has sends nothing, and the job ends."""
    await person.ask()
    assert person.mails() == []
    sent = await person.referee.fetchval("SELECT sent_at FROM magic_links WHERE email = $1", person.email)
    assert sent is not None


@pytest.mark.parametrize("field", ["workspace_name", "full_name"])
@pytest.mark.parametrize("name", ["a\r\nBcc: x@example.org", "a\nb", "a\x00b", "\x1b[2J", "   "])
async def test_control_characters_in_names_are_refused(person: Person, field: str, name: str) -> None:
    """A name with a line break or another control character is a 422 at sign-up."""
    answer = await person.post("/auth/signup", {"email": person.email, **SIGN_UP, field: name})
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert await person.link_ids() == []


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
async def test_cookies_are_closed_to_scripts_and_other_sites(
    settings: Settings, person: Person, scheme: str, secure: bool
) -> None:
    """The cookies of sign-in and browser are HttpOnly and SameSite, and Secure where PazPaz is reached by https."""
    app = create_app(settings.model_copy(update={"public_url": f"{scheme}://testserver"}))
    async with app.router.lifespan_context(app), browser(app) as http:
        http.base_url = httpx.URL(f"{scheme}://testserver")
        visitor = Person(http, person.resources, person.referee)
        asked = await visitor.sign_up()
        opened = await visitor.verify()
    cookies = [asked.headers["set-cookie"], *opened.headers.get_list("set-cookie")]
    parts = [{part.strip().lower() for part in cookie.split(";")} for cookie in cookies]
    assert all("httponly" in found for found in parts)
    assert [("secure" in found) for found in parts] == [secure] * 3
    assert "samesite=strict" in parts[0] & parts[2]
    assert {"samesite=lax", "path=/", "max-age=43200"} <= parts[1]
    assert cookies[1].startswith("pazpaz_sign_in=")
    assert not any(part.startswith("domain") for found in parts for part in found)
