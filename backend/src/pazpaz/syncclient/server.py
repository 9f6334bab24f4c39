"""The server, by HTTP."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from pazpaz.syncclient.errors import SyncClientError, UnreachableError

_SECONDS = 30


class TooLargeError(Exception):
    """The batch is to be sent in parts."""


class _Straight(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else: a redirect would take the token and the text along."""

    def redirect_request(self, *_args: Any) -> None:
        """Take it for a refusal."""


_opener = urllib.request.build_opener(_Straight)


@dataclass(frozen=True)
class Server:
    """Where notes go, and by whose token."""

    address: str
    token: str

    def sync(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self._ask("POST", "/sessions/sync", {"sessions": items})["results"]
        return results

    def conflicts(self) -> list[dict[str, Any]]:
        """Return the open conflicts with both texts; the newest hundred."""
        found = self._ask("GET", "/sessions/conflicts?limit=100")["items"]
        return [self._ask("GET", f"/sessions/conflicts/{conflict['id']}") for conflict in found]

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 (the command has checked that it is http or https)
            f"{self.address.rstrip('/')}/api/v1{path}",
            data=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with _opener.open(request, timeout=_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise _refusal(error.code) from None
        except (OSError, HTTPException, ValueError):
            raise UnreachableError(
                f"{self.address} does not answer: the notes are kept here, send them later"
            ) from None


def _refusal(status: int) -> Exception:
    """Return what a status means to the person who sends."""
    if status == 413:
        return TooLargeError()
    if status in {429, 500, 502, 503, 504}:
        return UnreachableError(f"the server is busy ({status}): the notes are kept here, send them later")
    if status in {401, 403}:
        return SyncClientError(f"the server refuses the token ({status}): make one with pazpaz token create")
    return SyncClientError(f"the server does not take the batch ({status}): is it a PazPaz of this version?")
