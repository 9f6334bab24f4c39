"""The mail that carries a link."""

import base64

import pytest

from pazpaz.accounts.jobs import send_magic_link, sweep_magic_links
from tests.accounts.mailbox import SIGN_UP, Links, Person

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\" ' & {{ 7*7 }}"


async def test_the_mail_parses_without_defects(person: Person) -> None:
    """Sender, recipient, subject, date and id are there, and a strict parser finds no defect in any part."""
    await person.sign_up(locale="he", workspace_name="מרפאה")
    message = person.mails()[-1].message
    assert [part.defects for part in message.walk()] == [[] for _ in message.walk()]
    assert [header for header in message.values() if getattr(header, "defects", ())] == []
    assert message["To"].addresses[0].addr_spec == person.email
    assert all(message[name] for name in ("From", "Subject", "Date", "Message-ID"))
    assert message["Auto-Submitted"] == "auto-generated"


async def test_the_mail_is_text_and_html(person: Person) -> None:
    """Both parts hold the same link."""
    await person.sign_up()
    mail = person.mails()[-1]
    assert mail.message.get_content_type() == "multipart/alternative"
    (link,) = Links(mail.part("html")).found
    assert link in mail.part("plain")


@pytest.mark.parametrize(("locale", "direction"), [("he", "rtl"), ("en", "ltr")])
async def test_the_mail_is_written_in_its_direction(person: Person, locale: str, direction: str) -> None:
    """A Hebrew mail says that it is Hebrew and right-to-left, an English one left-to-right."""
    await person.sign_up(locale=locale)
    mail = person.mails()[-1]
    assert f'lang="{locale}" dir="{direction}"' in mail.part("html")
    assert mail.message["Content-Language"] == locale


async def test_the_mails_language_is_the_workspaces(person: Person) -> None:
    """Signing in to a Hebrew workspace is mailed in Hebrew."""
    await person.signed_up(locale="he")
    await person.ask()
    assert person.mails()[-1].message["Content-Language"] == "he"


async def test_a_link_has_256_bits_in_the_fragment(person: Person) -> None:
    """The token is 32 bytes and stands behind `#`, which browsers send to no server."""
    await person.sign_up()
    token = person.mails()[-1].token
    assert len(base64.urlsafe_b64decode(token + "=")) == 32


async def test_links_differ(person: Person) -> None:
    """Asked for twice, two different links are mailed."""
    await person.sign_up()
    await person.sign_up()
    first, second = (mail.token for mail in person.mails())
    assert first != second


async def test_neither_token_nor_code_is_stored(person: Person) -> None:
    """The table of links holds no token that would open one."""
    await person.sign_up()
    token = person.mails()[-1].token
    row = await person.referee.fetchrow("SELECT * FROM magic_links WHERE email = $1", person.email)
    assert row is not None
    stored = b"".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
    assert token.encode() not in stored
    assert base64.urlsafe_b64decode(token + "=") not in stored


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"Origin": "http://testserver", "Referer": "http://evil.example/"},
    ],
)
async def test_a_link_leads_to_the_public_url(person: Person, headers: dict[str, str]) -> None:
    """Whatever host a request names, the link leads to the configured address."""
    await person.signed_up()
    await person.ask(**headers)
    mail = person.mails()[-1]
    assert mail.links[0][0] == person.resources.settings.public_url.rstrip("/")
    assert b"evil.example" not in mail.message.as_bytes()


async def test_a_hostile_name_is_only_text(person: Person) -> None:
    """A workspace named like HTML is shown as text in the mail, and is no template either."""
    await person.signed_up(workspace_name=HOSTILE)
    await person.ask()
    mail = person.mails()[-1]
    html = Links(mail.part("html"))
    assert not {"script", "img"} & html.tags
    assert len(html.found) == 1
    assert HOSTILE in mail.part("plain")


@pytest.mark.parametrize("locale", ["he", "en"])
async def test_nothing_typed_stands_in_a_sign_ups_mail(person: Person, locale: str) -> None:
    """Before an address is proved, its mail says nothing of what was typed with it."""
    typed = {"workspace_name": "Win at http://evil.example", "full_name": "Call 555-0199"}
    await person.sign_up(locale=locale, **typed)
    mail = person.mails()[-1]
    said = "".join((str(mail.message["Subject"]), mail.part("plain"), mail.part("html")))
    assert "evil.example" not in said
    assert "555-0199" not in said
    assert len(mail.links) == 1


async def test_a_mail_names_no_other_recipient(person: Person) -> None:
    """There is one recipient and no copy."""
    await person.sign_up()
    message = person.mails()[-1].message
    assert message.get_all("Delivered-To") == [person.email]
    assert message["Cc"] is None
    assert message["Bcc"] is None


async def test_a_job_run_twice_sends_one_mail(person: Person) -> None:
    """The job of a link that was mailed sends nothing more."""
    await person.sign_up()
    (link,) = await person.link_ids()
    await send_magic_link(person.resources, link)
    assert len(person.mails()) == 1


async def test_a_mail_sent_again_is_the_same(person: Person) -> None:
    """After a crash between sending and noting it, the same link leaves under the same Message-ID."""
    await person.sign_up()
    (link,) = await person.link_ids()
    await person.referee.execute("UPDATE magic_links SET sent_at = NULL WHERE id = $1", link)
    await send_magic_link(person.resources, link)
    first, second = person.mails()
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.token == second.token


@pytest.mark.parametrize("change", ["used_at = now()", "expires_at = now()"])
async def test_a_link_that_is_over_is_not_mailed(person: Person, change: str) -> None:
    """A link that was used or has expired before its job ran is not mailed."""
    await person.post("/auth/signup", {"email": person.email, **SIGN_UP})
    await person.referee.execute(f"UPDATE magic_links SET {change} WHERE email = $1", person.email)
    await person.have_mail_sent()
    assert person.mails() == []


@pytest.mark.parametrize(
    "email",
    ["a..b@example.org", ".a@example.org", "a.@example.org", "דנה@example.org", "dana@קליניקה.example"],
)
async def test_an_address_is_refused_or_can_be_mailed(person: Person, email: str) -> None:
    """An address that sign-up accepts gets its mail; one that cannot be mailed is a 422 at sign-up."""
    local, _, domain = email.partition("@")
    person.email = f"{person.email.partition('@')[0]}{local}@{domain}"
    answer = await person.post("/auth/signup", {"email": person.email, **SIGN_UP})
    if answer.status_code == 422:
        assert await person.link_ids() == []
        return
    await person.have_mail_sent()
    assert len(person.mails()) == 1


async def test_the_sweep_leaves_fresh_links_to_their_job(person: Person) -> None:
    """Links younger than ten seconds, and mailed ones, are not queued again."""
    await person.resources.queue.redis.flushdb()
    await person.sign_up()
    await person.move(30)
    await person.post("/auth/magic-link", {"email": person.email})
    mailed, fresh = await person.link_ids()
    await person.resources.queue.redis.flushdb()
    await sweep_magic_links(person.resources)
    keys = [f"arq:job:send_magic_link:{link}" for link in (mailed, fresh)]
    assert await person.resources.queue.redis.exists(*keys) == 0


async def test_the_sweep_deletes_links_long_over(person: Person) -> None:
    """A day after its end a link's row, and with it the address, is gone."""
    await person.sign_up()
    await person.move(24 * 3600 + 601)
    await sweep_magic_links(person.resources)
    assert await person.link_ids() == []


async def test_a_lost_job_is_swept_and_mailed(person: Person) -> None:
    """A link whose job was lost is queued by the sweep, and its job mails it."""
    await person.post("/auth/signup", {"email": person.email, **SIGN_UP})
    await person.resources.queue.redis.flushdb()
    await person.move(30)
    await person.referee.execute(
        "UPDATE magic_links SET sent_at = now() WHERE email <> $1", person.email.lower()
    )  # other tests'
    await sweep_magic_links(person.resources)
    (link,) = await person.link_ids()
    assert await person.resources.queue.redis.exists(f"arq:job:send_magic_link:{link}")
    await person.have_mail_sent()
    assert len(person.mails()) == 1
