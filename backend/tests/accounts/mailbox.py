"""What a person with a browser and a mailbox does: ask for a link, read the mail, open it."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from pazpaz.accounts.jobs import send_magic_link
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from tests.support.practice import API

SIGN_UP = {
    "full_name": "Dana Cohen",
    "workspace_name": "Clinic",
    "timezone": "Asia/Jerusalem",
    "locale": "en",
}
_LINK = re.compile(r"(\S+)/sign-in#token=([\w-]+)(?:&workspace=([0-9a-f-]+))?")


class Links(HTMLParser):
    """The addresses that an HTML part links to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name == "href"]


@dataclass(frozen=True)
class Mail:
    """One mail as a strict reader sees it."""

    message: EmailMessage

    def part(self, kind: str) -> str:
        """The text or HTML part, decoded."""
        body = self.message.get_body((kind,))
        assert body is not None
        content: str = body.get_content()
        return content

    @property
    def links(self) -> list[tuple[str, str, str]]:
        """Base address, token and workspace of each link in the text."""
        return _LINK.findall(self.part("plain"))

    @property
    def token(self) -> str:
        """The token of the first link."""
        return self.links[0][1]


@dataclass
class Person:
    """Someone with an address of their own."""

    http: httpx.AsyncClient
    resources: Resources
    referee: "asyncpg.Connection[asyncpg.Record]"
    email: str = field(default_factory=lambda: f"{new_id()}@example.org")

    async def post(self, path: str, json: dict[str, Any], **options: Any) -> httpx.Response:
        """A request of this browser, cookies included."""
        return await self.http.post(f"{API}{path}", json=json, **options)

    async def sign_up(self, **values: str) -> httpx.Response:
        """Ask for a new workspace, and have the mail sent."""
        answer = await self.post("/auth/signup", {"email": self.email, **SIGN_UP, **values})
        await self.have_mail_sent()
        return answer

    async def ask(self, **headers: str) -> httpx.Response:
        """Ask for a sign-in link, and have the mail sent."""
        answer = await self.post("/auth/magic-link", {"email": self.email}, headers=headers)
        await self.have_mail_sent()
        return answer

    async def link_ids(self) -> list[UUID]:
        """Every link this address asked for, oldest first."""
        rows = await self.referee.fetch(
            "SELECT id FROM magic_links WHERE email = $1 ORDER BY created_at, id", self.email.lower()
        )
        return [row["id"] for row in rows]

    async def have_mail_sent(self) -> None:
        """What the worker does."""
        for link_id in await self.link_ids():
            await send_magic_link(self.resources, link_id)

    def mails(self) -> list[Mail]:
        """All mails to this address, oldest first."""
        folder = self.resources.settings.mail_catcher_dir
        assert folder is not None
        mark = f"Delivered-To: {self.email}".lower().encode()
        texts = [path.read_bytes() for path in sorted((Path(folder) / "new").iterdir())]
        return [
            Mail(message_from_bytes(text, policy=policy.default))
            for text in texts
            if mark in text[:2000].lower()
        ]

    async def verify(self, **values: str) -> httpx.Response:
        """Open the newest mail's first link in this browser."""
        return await self.post("/auth/verify", {"token": self.mails()[-1].token, **values})

    async def signed_up(self, **values: str) -> dict[str, Any]:
        """Sign up and open the link; returns who is in."""
        await self.sign_up(**values)
        answer = await self.verify()
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def move(self, seconds: int) -> None:
        """Let time pass for the links of this address."""
        await self.referee.execute(
            "UPDATE magic_links SET expires_at = expires_at - $2 * interval '1 second',"
            " created_at = created_at - $2 * interval '1 second' WHERE email = $1",
            self.email.lower(),
            seconds,
        )
