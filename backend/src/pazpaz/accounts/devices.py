"""The cookie that a browser keeps: it is known again, and so are the addresses that signed in from it."""

import base64
import hmac
import re
from dataclasses import dataclass

from pazpaz.core.base.tokens import new_token, same

_COOKIE = re.compile(r"([A-Za-z0-9_-]{43})((?:\.[A-Za-z0-9_-]{22}){0,5})")
_ADDRESSES = 5
_MARK_BYTES = 16


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: its token, and a mark for each address, which nobody makes without the signing secret."""

    token: str
    marks: tuple[str, ...] = ()

    @classmethod
    def of(cls, cookie: str | None) -> "Device":
        """Return the browser that sent this; a new one, if it sent nothing of ours."""
        found = _COOKIE.fullmatch(cookie or "")
        return cls(new_token()) if found is None else cls(found[1], tuple(found[2].split(".")[1:]))

    @property
    def cookie(self) -> str:
        return ".".join((self.token, *self.marks))

    def knows(self, secret: bytes, email: str) -> bool:
        """Whether this address signed in here before; nothing is looked up to say so."""
        wanted = self._mark(secret, email)
        return any(same(mark, wanted) for mark in self.marks)

    def met(self, secret: bytes, email: str) -> "Device":
        """After this address signed in here; the oldest of many is forgotten."""
        mark = self._mark(secret, email)
        others = tuple(other for other in self.marks if other != mark)
        return Device(self.token, (*others, mark)[-_ADDRESSES:])

    def _mark(self, secret: bytes, email: str) -> str:
        text = f"device\0{self.token}\0{email.lower()}"
        digest = hmac.digest(secret, text.encode(), "sha256")[:_MARK_BYTES]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
