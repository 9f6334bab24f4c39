"""`pazpaz doctor --through URL`: what a proxy changes of a request, told by the server behind it."""

import asyncio
import hashlib
import ipaddress
import json
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import h11

from pazpaz.cli.asking import Answer, Place
from pazpaz.core.base.config import Settings
from pazpaz.core.base.tokens import new_token
from pazpaz.core.http.arrivals import ETAG, PATH, TICKET, admit, cookie_of
from pazpaz.core.queue.jobs import Queue

Row = tuple[str, str, str]
LARGE = 9_000_000
CLAIMED = "203.0.113.77"  # of documentation (RFC 5737): nobody asks from there
_COOKIE = "pazpaz_sign_in=doctor; other=1"
_BEARER = "Bearer doctor"
_VERSION = '"3"'
_UNREACHED = {502, 503, 504}
_DOCS = "(docs/proxies.md)"


class WrongError(Exception):
    """What is wrong, and what is to be done."""

    def __init__(self, state: str, remedy: str) -> None:
        super().__init__(state)
        self.state, self.remedy = state, f"{remedy} {_DOCS}"


async def examined(url: str, settings: Settings) -> list[Row]:
    """Return a row for each check, with a remedy where something is wrong. CliError when it is no address."""
    place, ticket = Place.of(url), new_token()
    queue = Queue(settings.arq_redis_url.get_secret_value())
    try:
        await admit(queue.redis, ticket)
    except Exception as error:  # noqa: BLE001 (whatever it is, nothing can be asked)
        return [("way", f"no ticket ({type(error).__name__})", "check PAZPAZ_ARQ_REDIS_URL")]
    finally:
        await queue.close()
    return await asyncio.to_thread(lambda: list(Way(place, ticket, settings.trusted_proxies).rows()))


@dataclass
class Way:
    """From the public address to the server. Checks return what is right, or raise what is not."""

    place: Place
    ticket: str
    proxies: int
    _answer: Answer = field(default_factory=Answer)
    _told: dict[str, Any] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """All checks; without the first two the others say nothing."""
        first: tuple[tuple[str, Callable[[], str]], ...] = (
            ("way, reached", self._reached),
            ("way, arrives", self._arrives),
        )
        for name, check in first:
            row = _row(name, check)
            yield row
            if row[2]:
                return
        yield from (_row(f"way, {name}", check) for name, check in self._further())

    def _further(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        return (
            ("cookie", self._cookie),
            ("Authorization", self._authorization),
            ("versions", self._versions),
            ("address", self._address),
            ("methods", self._methods),
            ("HEAD", self._head),
            ("9 MB", self._large),
            ("Expect", self._expect),
            ("problems", self._problems),
            ("caching", self._caching),
        )

    def _ask(
        self,
        method: str,
        path: str = PATH,
        body: bytes = b"",
        *,
        expects: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = {
            TICKET: self.ticket,
            "Cookie": _COOKIE,
            "Authorization": _BEARER,
            "X-Forwarded-For": CLAIMED,
            "Accept-Encoding": "identity",
        }
        return self.place.ask(method, path, headers | dict(more or {}), body, expects=expects)

    def _reached(self) -> str:
        answer = self.place.ask("GET", "/health/live", {})
        if 300 <= answer.status < 400:
            to = answer.headers.get("location", "elsewhere")
            raise WrongError(f"{answer.status} to {to}", "give the address that people end at")
        if answer.status in _UNREACHED and not answer.is_ours:
            raise WrongError(f"{answer.status}, by the proxy", "let the proxy ask where `pazpaz api` listens")
        if not answer.is_ours and answer.status != 421:
            raise WrongError(f"{answer.status}, not by PazPaz", "let the proxy hand on all paths")
        if not self.place.is_tls and not _is_loopback(self.place.host):
            raise WrongError("in plain, over a network", "let the proxy end TLS, and give its https address")
        return "by TLS" if self.place.is_tls else "in plain, on this machine"

    def _arrives(self) -> str:
        answer = self._ask("GET")
        if answer.status == 421:
            raise WrongError(
                "421: the server does not know the name it is asked by",
                f"pass Host on as it came, and let PAZPAZ_PUBLIC_URL or PAZPAZ_ALLOWED_HOSTS name {self.place.host}",
            )
        if answer.status == 404 and answer.is_ours:
            raise WrongError(
                f"what answers there has other settings, or {TICKET} was dropped",
                "run the doctor where `pazpaz api` runs, with its settings",
            )
        self._answer, self._told = answer, _told(answer)
        if self._told["host"] != [self.place.name]:
            raise WrongError(f"Host arrives as {self._told['host']}", "pass Host on as it came")
        return f"as {self.place.name}"

    def _cookie(self) -> str:
        if self._told["cookie"] != [_COOKIE]:
            raise WrongError(
                "cookies do not arrive as they were sent", "pass Cookie on, and change nothing in it"
            )
        if self._answer.headers.get("set-cookie") != cookie_of(self.ticket):
            raise WrongError("a cookie that is set comes back changed", "pass Set-Cookie on as it came")
        return "there and back"

    def _authorization(self) -> str:
        if self._told["authorization"] != [_BEARER]:
            raise WrongError(
                "does not arrive: no token signs in", "pass Authorization on (Squid: login=PASS)"
            )
        return "arrives"

    def _versions(self) -> str:
        """Also of an answer that a proxy compresses: some then write another ETag."""
        asked = self._ask("GET", more={"If-Match": _VERSION})
        if asked.status == 412 and not asked.is_ours:
            raise WrongError("the proxy compares versions itself: 412", "cache nothing")
        if _told(asked)["if-match"] != [_VERSION]:
            raise WrongError(
                "If-Match does not arrive: changes made at once replace each other", "pass it on"
            )
        etag = self._ask("GET", more={"Accept-Encoding": "gzip, br, zstd"}).headers.get("etag", "none")
        if etag.removeprefix("W/") != ETAG:
            raise WrongError(
                f"ETag {ETAG} comes as {etag}: what is saved with it is refused",
                "pass ETag on as it came, or do not compress (Apache: DeflateAlterETag NoChange)",
            )
        return "ETag and If-Match"

    def _address(self) -> str:
        seen, entries = self._told["client"], ",".join(self._told["x-forwarded-for"]).split(",")
        entries = [entry.strip() for entry in entries if entry.strip()]
        added = len(entries) - (CLAIMED in entries[:1])
        if self.proxies and seen == CLAIMED:
            raise WrongError(
                "everybody may claim an address: the proxy adds none to X-Forwarded-For",
                "let each proxy add the address it sees, as the last entry",
            )
        if added != self.proxies:
            raise WrongError(
                f"X-Forwarded-For gets {added} entries, PAZPAZ_TRUSTED_PROXIES is {self.proxies}; you count as {seen}",
                "let each proxy add an entry, and set PAZPAZ_TRUSTED_PROXIES to how many there are"
                + (f": {added}" if added else ""),
            )
        return f"you count as {seen}"

    def _methods(self) -> str:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = self._ask(method, body=b"" if method == "DELETE" else b"{}")
            if answer.status != 200 or _told(answer)["method"] != method:
                raise WrongError(f"{method} is answered {_by(answer)}", f"let {method} through")
        return "all arrive"

    def _head(self) -> str:
        for path in (PATH, "/health/ready"):
            answer, looked = self._ask("HEAD", path), self._ask("GET", path)
            if (answer.status, answer.body) != (looked.status, b""):
                raise WrongError(
                    f"{path}: HEAD is answered {_by(answer)}, GET {_by(looked)}",
                    "let HEAD through, and let checks ask GET /health/ready",
                )
        return "as GET"

    def _large(self) -> str:
        return self._sent(os.urandom(LARGE), expects=False)

    def _expect(self) -> str:
        return self._sent(os.urandom(LARGE), expects=True)

    def _sent(self, body: bytes, *, expects: bool) -> str:
        answer = self._ask("POST", body=body, expects=expects)
        if answer.status == 413:
            raise WrongError(
                f"413, {_author(answer)}: files are refused",
                "take bodies of 12 MB (nginx: client_max_body_size 12m; Apache: LimitRequestBody 12582912)",
            )
        if answer.status == 417:
            raise WrongError(f"417, {_author(answer)}", "let Expect: 100-continue through, or answer it")
        told = _told(answer)
        if (told["size"], told["sha256"]) != (len(body), hashlib.sha256(body).hexdigest()):
            raise WrongError(f"{told['size']:,} bytes arrive of {len(body):,}", "pass bodies on whole")
        if expects and not answer.is_continued:
            return "100 does not come: programs wait a second, then send"
        return "100 comes, then all arrives" if expects else "arrives whole"

    def _problems(self) -> str:
        answer = self.place.ask("GET", "/api/v1/clients", {})
        if answer.status != 401 or not answer.is_problem or not answer.is_ours:
            raise WrongError(
                f"a refusal comes as {_by(answer)}, {answer.headers.get('content-type', 'without a type')}",
                "pass errors on as they came (nginx: proxy_intercept_errors off; Apache: ProxyErrorOverride Off)",
            )
        return "come as they are"

    def _caching(self) -> str:
        answers = [self._ask("GET") for _ in range(2)]
        names = {answer.headers.get("x-request-id") for answer in answers}
        if len(names) != len(answers) or any("age" in answer.headers for answer in answers):
            raise WrongError("an answer is kept and given again", "cache nothing")
        if any("no-store" not in answer.headers.get("cache-control", "") for answer in answers):
            raise WrongError("Cache-Control comes changed", "pass Cache-Control on as it came")
        return "none"


def _row(name: str, check: Callable[[], str]) -> Row:
    try:
        return name, check(), ""
    except WrongError as error:
        return name, error.state, error.remedy
    except ssl.SSLCertVerificationError as error:
        return name, error.verify_message, f"a certificate for this name, with its chain {_DOCS}"
    except socket.gaierror:
        return name, "the name leads nowhere", "an A or AAAA record"
    except (OSError, h11.ProtocolError) as error:
        return name, f"no answer ({type(error).__name__})", f"look at the proxy's log {_DOCS}"


def _told(answer: Answer) -> dict[str, Any]:
    """Return what the server says of a request."""
    try:
        told = json.loads(answer.body)
        return {"method": told["method"], **told}
    except (ValueError, KeyError, TypeError):
        raise WrongError(_by(answer), "let it through to the server") from None


def _by(answer: Answer) -> str:
    return f"{answer.status} {_author(answer)}"


def _author(answer: Answer) -> str:
    return "by PazPaz" if answer.is_ours else "by the proxy"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
