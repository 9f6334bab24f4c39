"""Links, sign-ups and invitations: what strangers ask for blocks nobody and is bounded."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.accounts.allowances import canonical
from pazpaz.accounts.devices import Device
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import derived_token
from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.ratelimit.asking import (
    INVITATIONS,
    LINKS,
    LINKS_A_DAY,
    LINKS_A_DAY_HERE,
    SIGN_UPS,
    ask_links,
    new_network,
    passed,
    remaining,
    stranger,
)
from tests.support.authenticator import Authenticator
from tests.support.practice import API, Practice, open_practice

SIGN_UP = {"full_name": "Dana", "workspace_name": "Clinic", "timezone": "Asia/Jerusalem", "locale": "he"}


def someone() -> str:
    """An address that nobody has."""
    return f"{new_id()}@example.org"


async def forget_minutes(app: FastAPI) -> None:
    """As if a minute had passed: what is counted by the minute is forgotten, here and in the store."""
    resources: Resources = app.state.resources
    counts = resources.limiter._counts
    for key in [key for key in counts if key[0] in {"link", "public"}]:
        del counts[key]
    redis = resources.queue.redis
    for pattern in ("limit:link:*", "limit:public:*"):
        if keys := [key async for key in redis.scan_iter(pattern, count=1000)]:
            await redis.delete(*keys)


async def test_links_are_counted_by_email_and_network(limited: FastAPI) -> None:
    """From one network an e-mail address gets its quota of links; from another one it has all of it again."""
    email, network = someone(), new_network()
    answers = await ask_links(limited, email, LINKS + 2, network=network)
    assert [answer.status_code for answer in answers] == [202] * LINKS + [429] * 2
    assert remaining(answers[-1])[:2] == ("link", 0)
    assert (await ask_links(limited, email, 1))[0].status_code == 202


async def test_one_network_mails_an_address_a_few_times_a_day(limited: FastAPI) -> None:
    """Minute after minute from one network, an address gets a third of a day's links; others get theirs."""
    email, network, sent = someone(), new_network(), 0
    for _ in range(4):
        answers = await ask_links(limited, email, LINKS, network=network)
        sent += passed(answers)
        await forget_minutes(limited)
    assert sent == LINKS_A_DAY_HERE
    assert remaining(answers[-1])[:2] == ("link_share", 0)
    assert int(answers[-1].headers["retry-after"]) <= 86_400
    assert (await ask_links(limited, email, 1))[0].status_code == 202


async def test_all_networks_together_mail_an_address_so_often_a_day(limited: FastAPI) -> None:
    """From however many networks, an address gets a day's links and no more."""
    email = someone()
    assert passed(await ask_links(limited, email, LINKS_A_DAY + 5)) == LINKS_A_DAY
    refused = (await ask_links(limited, email, 1))[0]
    problem_of(refused, 429, "too-many-requests")
    assert remaining(refused)[:2] == ("link_day", 0)


@pytest.fixture
async def at_home(limited: FastAPI, busy: Practice, superuser: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The browser in which the practice's owner has signed in once."""
    async with stranger(limited) as http:
        await _sign_in(limited, http, busy.email, superuser)
        yield http


async def _sign_in(app: FastAPI, http: httpx.AsyncClient, email: str, superuser: Any) -> None:
    asked = await http.post(f"{API}/auth/magic-link", json={"email": email})
    link = await superuser.fetchval(
        "SELECT id FROM magic_links WHERE email = $1 ORDER BY id DESC LIMIT 1", email
    )
    resources: Resources = app.state.resources
    token = derived_token(resources.settings.secret_key.get_secret_value(), "magic-link", link)
    opened = await http.post(f"{API}/auth/verify", json={"token": token, "code": asked.json()["code"]})
    assert opened.status_code == 200, opened.text


async def test_a_known_browser_gets_through(
    limited: FastAPI, busy: Practice, at_home: httpx.AsyncClient
) -> None:
    """With an address's links of the day used up by strangers, the browser it signed in from gets one."""
    await ask_links(limited, busy.email, LINKS_A_DAY + 1)
    assert (await ask_links(limited, busy.email, 1))[0].status_code == 429
    answer = await at_home.post(f"{API}/auth/magic-link", json={"email": busy.email})
    assert answer.status_code == 202


async def test_a_known_browser_is_counted_too(busy: Practice, at_home: httpx.AsyncClient) -> None:
    """What a known browser may ask for has the same bounds."""
    asked = [
        await at_home.post(f"{API}/auth/magic-link", json={"email": busy.email}) for _ in range(LINKS + 2)
    ]
    assert passed(asked) in {LINKS, LINKS - 1}  # the one it signed in with may have counted in this minute


async def test_a_browser_is_known_for_its_own_address(limited: FastAPI, at_home: httpx.AsyncClient) -> None:
    """A browser that one address signed in from is a stranger to every other address."""
    email = someone()
    await ask_links(limited, email, LINKS_A_DAY + 1)
    answer = await at_home.post(f"{API}/auth/magic-link", json={"email": email})
    assert answer.status_code == 429


@pytest.mark.parametrize("cookie", ["x" * 43, f"{'x' * 43}.{'y' * 22}", "", "é", "." * 15_000])
async def test_a_made_up_device_is_a_strangers(limited: FastAPI, busy: Practice, cookie: str) -> None:
    """Whatever a stranger says of their browser, they are counted as a stranger, and refused for nothing else."""
    sent = {b"Cookie": f"pazpaz_device={cookie}".encode()}
    async with stranger(limited) as http:
        first = await http.post(f"{API}/auth/magic-link", json={"email": busy.email}, headers=sent)
    await ask_links(limited, busy.email, LINKS_A_DAY)
    async with stranger(limited) as http:
        last = await http.post(f"{API}/auth/magic-link", json={"email": busy.email}, headers=sent)
    assert (first.status_code, last.status_code) == (202, 429)


async def test_several_people_of_one_browser_are_known(
    limited: FastAPI, superuser: Any, at_home: httpx.AsyncClient, busy: Practice
) -> None:
    """A second address that signs in from the same browser is known beside the first."""
    second = await open_practice(limited)
    async with second.http:
        await _sign_in(limited, at_home, second.email, superuser)
    device = Device.of(SimpleCookie(f"d={at_home.cookies['pazpaz_device']}")["d"].value)
    resources: Resources = limited.state.resources
    secret = resources.settings.secret_key.get_secret_value()
    assert device.knows(secret, busy.email)
    assert device.knows(secret, second.email.upper())
    assert not device.knows(secret, someone())


async def test_known_and_unknown_addresses_are_limited_alike(limited: FastAPI, busy: Practice) -> None:
    """Nobody finds out by the limit who has an account: statuses, headers and bodies are the same."""

    def shown(answer: httpx.Response) -> tuple[object, ...]:
        hidden = {"x-request-id", "set-cookie", "ratelimit", "retry-after"}
        headers = [(name, value) for name, value in answer.headers.items() if name not in hidden]
        body = {k: v for k, v in answer.json().items() if k not in {"instance", "code", "expires_at"}}
        return answer.status_code, headers, body, remaining(answer)[:2]

    async def seen(email: str) -> list[tuple[object, ...]]:
        here = await ask_links(limited, email, LINKS + 1, network=new_network())
        return [shown(answer) for answer in (*here, *await ask_links(limited, email, LINKS_A_DAY))]

    assert await seen(busy.email) == await seen(someone())


async def test_spellings_of_one_mailbox_are_one() -> None:
    """Letter case and +tags make no second address; nothing else makes two one."""
    same = {canonical(f"{local}@Example.org") for local in ("dana", "DANA", "dana+1", "Dana+a+b")}
    assert same == {"dana@example.org"}
    assert canonical("dana.c@example.org") != canonical("danac@example.org")
    assert canonical("+a@example.org") != canonical("+b@example.org")


@pytest.mark.parametrize("other", [str.upper, lambda email: email.replace("@", "+more@")])
async def test_another_spelling_is_no_second_quota(limited: FastAPI, other: Any) -> None:
    """Writing the address in capitals, or with a tag, does not start a new count."""
    email, network = someone(), new_network()
    await ask_links(limited, email, LINKS, network=network)
    assert (await ask_links(limited, other(email), 1, network=network))[0].status_code == 429


async def test_signing_up_takes_from_the_same_quota(limited: FastAPI) -> None:
    """Sign-ups mail links too, so they are counted with them."""
    email, network = someone(), new_network()
    await ask_links(limited, email, LINKS, network=network)
    async with stranger(limited, network) as http:
        answer = await http.post(f"{API}/auth/signup", json={"email": email, **SIGN_UP})
    problem_of(answer, 429, "too-many-requests")


async def test_a_network_signs_up_so_often_a_day(limited: FastAPI) -> None:
    """From one network so many sign-ups are mailed a day, to whomever; from another one the next is."""
    network, answers = new_network(), []
    for where in [network] * (SIGN_UPS + 2) + [new_network()]:
        async with stranger(limited, where) as http:
            body = {"email": someone(), **SIGN_UP}
            answers.append((await http.post(f"{API}/auth/signup", json=body)).status_code)
    assert answers == [202] * SIGN_UPS + [429] * 2 + [202]


async def test_a_limited_link_is_not_made(limited: FastAPI, superuser: Any) -> None:
    """A refused request leaves no link behind."""
    email = someone()
    await ask_links(limited, email, LINKS + 2, network=new_network())
    count = await superuser.fetchval("SELECT count(*) FROM magic_links WHERE email = $1", email)
    assert count == LINKS


def invitation(email: str) -> dict[str, str]:
    """Somebody to invite."""
    return {"email": email, "full_name": "Noa Mizrahi", "role": "assistant"}


async def test_a_practice_invites_an_address_so_often_a_day(busy: Practice) -> None:
    """Invited and removed over and over, under whatever tag, an address is refused in the end."""
    name, statuses = new_id().hex, []
    for number in range(INVITATIONS + 1):
        made = await busy.post("/members", invitation(f"{name}+{number}@example.org"))
        statuses.append(made.status_code)
    assert statuses == [201] * INVITATIONS + [429]


async def test_all_practices_together_mail_an_address_so_often_a_day(
    limited: FastAPI, superuser: Any
) -> None:
    """Past everybody's limit a practice gets its member, the address gets no mail, and nobody is told why."""
    email, waiting = someone(), []
    for _ in range(INVITATIONS + 1):
        practice = await open_practice(limited)
        async with practice.http:
            made = await practice.post("/members", invitation(email))
        assert made.status_code == 201, made.text
        query = "SELECT invitation_sent_at IS NULL FROM users WHERE id = $1"
        waiting.append(await superuser.fetchval(query, made.json()["id"]))
    assert waiting == [True] * INVITATIONS + [False]


async def test_tries_by_one_passkey_are_counted(limited: FastAPI) -> None:
    """From one network it has a few a minute, though nobody has it; from another, and another passkey, its own."""
    tried, network = Authenticator(user=bytes(16)), new_network()
    answers = [await _by_passkey(limited, tried, network) for _ in range(LINKS + 1)]
    assert [answer.status_code for answer in answers] == [401] * LINKS + [429]
    assert remaining(answers[-1])[:2] == ("passkey", 0)
    assert (await _by_passkey(limited, tried, new_network())).status_code == 401
    assert (await _by_passkey(limited, Authenticator(user=bytes(16)), network)).status_code == 401


async def _by_passkey(app: FastAPI, device: Authenticator, network: str) -> httpx.Response:
    async with stranger(app, network) as http:
        asked = (await http.post(f"{API}/auth/passkeys/options")).json()
        body = {"challenge_id": asked["challenge_id"], "credential": device.sign(asked["public_key"])}
        return await http.post(f"{API}/auth/passkeys/verify", json=body)
