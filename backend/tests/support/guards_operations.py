"""Every operation of the API with a request that succeeds, and what a practice must own when it is asked."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.statements import Statement
from tests.support.files import part
from tests.support.practice import API, START

Operation = tuple[str, str]
Ids = Mapping[str, str]

_LINK_OF = Statement.of("SELECT id FROM magic_links WHERE email = %(email)s::text ORDER BY id DESC LIMIT 1")


@dataclass(frozen=True)
class Call:
    """One request below /api/v1."""

    method: str
    path: str
    json: object = None
    params: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, object] | None = None

    async def send(self, http: httpx.AsyncClient, **headers: str) -> httpx.Response:
        """With these headers besides the client's own; cookies are this call's only."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        jar = {"Cookie": cookies} if cookies else {}
        options: dict[str, Any] = {} if self.json is None else {"json": self.json}
        if self.files is not None:
            options["files"] = self.files
        http.cookies.clear()
        return await http.request(
            self.method, API + self.path, params=self.params, headers=jar | headers, **options
        )


def operations(app: FastAPI) -> set[Operation]:
    """Every operation that the API describes."""
    return {
        (method.upper(), path.removeprefix(API))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }


def missing(app: FastAPI, table: Mapping[Operation, object]) -> list[str]:
    """What differs between the API and a guard's table, by name."""
    known = operations(app)
    return [f"{m} {p} has no case in this guard" for m, p in sorted(known - set(table))] + [
        f"{m} {p} is no operation any more" for m, p in sorted(set(table) - known)
    ]


class _Asked(dict[str, str]):
    """Stands for what a practice owns, and remembers what of it a request names."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[str] = set()

    def __missing__(self, kind: str) -> str:
        self.kinds.add(kind)
        return '{"challenge_id": "", "credential": ""}'


def named(request: Callable[[Ids], object]) -> set[str]:
    """The kinds that making the request asks for: a practice that owns these is enough for it."""
    asked = _Asked()
    made = request(asked)
    if isinstance(made, Iterator):
        for _ in made:
            pass
    return asked.kinds


def booking(ids: Ids, *, days: int = 400, **values: object) -> dict[str, object]:
    """The body of an appointment at a time nothing else is at."""
    start = START + timedelta(days=days)
    end = start + timedelta(minutes=50)
    body = {"client_id": ids["client"], "scheduled_start": start.isoformat()}
    return {**body, "scheduled_end": end.isoformat(), **values}


def synced(device_id: str, appointment: str, **values: object) -> dict[str, object]:
    """An item of a batch."""
    moment = clock.now().isoformat()
    ids = {"client_session_id": device_id, "appointment_id": appointment}
    return {**ids, "created_at_client": moment, "updated_at_client": moment, **values}


def invitation(email: str) -> dict[str, object]:
    """The body of an invitation."""
    return {"email": email, "full_name": "Noa Mizrahi", "role": "assistant"}


_SIGN_UP = {
    "email": "new@example.org", "full_name": "N", "workspace_name": "W",
    "timezone": "Asia/Jerusalem", "locale": "he",
}  # fmt: skip


_DEVICE = {"pazpaz_device": "d" * 43}  # one that is not new the second time


def _milestone(ids: Ids) -> str:
    return f"/plans/{ids['plan']}/milestones/{ids['milestone']}"


SUCCEEDS: dict[Operation, Callable[[Ids], Call]] = {
    ("POST", "/auth/signup"): lambda _: Call("POST", "/auth/signup", _SIGN_UP),
    ("POST", "/auth/magic-link"): lambda i: Call("POST", "/auth/magic-link", {"email": i["email"]}),
    ("POST", "/auth/verify"): lambda i: Call(
        "POST", "/auth/verify", {"token": i["link"]}, cookies={"pazpaz_browser": i["browser"], **_DEVICE}
    ),
    ("POST", "/auth/passkeys/options"): lambda _: Call("POST", "/auth/passkeys/options"),
    ("POST", "/auth/passkeys/verify"): lambda i: Call(
        "POST",
        "/auth/passkeys/verify",
        json.loads(i["passkey sign-in"]),
        cookies={"pazpaz_browser": i["passkey browser"], **_DEVICE},
    ),
    ("POST", "/auth/lock"): lambda _: Call("POST", "/auth/lock"),
    ("POST", "/auth/logout"): lambda _: Call("POST", "/auth/logout"),
    ("GET", "/auth/me"): lambda _: Call("GET", "/auth/me"),
    ("POST", "/auth/tokens"): lambda _: Call("POST", "/auth/tokens", {"name": "phone"}),
    ("GET", "/auth/tokens"): lambda _: Call("GET", "/auth/tokens"),
    ("DELETE", "/auth/tokens/{token_id}"): lambda i: Call("DELETE", f"/auth/tokens/{i['token']}"),
    ("GET", "/auth/sign-ins"): lambda _: Call("GET", "/auth/sign-ins"),
    ("DELETE", "/auth/sign-ins/{sign_in_id}"): lambda i: Call("DELETE", f"/auth/sign-ins/{i['sign-in']}"),
    ("GET", "/auth/factors"): lambda _: Call("GET", "/auth/factors"),
    ("POST", "/auth/factors/totp"): lambda _: Call("POST", "/auth/factors/totp", {"name": "phone"}),
    ("POST", "/auth/factors/totp/{factor_id}/confirm"): lambda i: Call(
        "POST", f"/auth/factors/totp/{i['unconfirmed factor']}/confirm", {"code": i["code"]}
    ),
    ("POST", "/auth/factors/passkeys/options"): lambda _: Call("POST", "/auth/factors/passkeys/options"),
    ("POST", "/auth/factors/passkeys"): lambda i: Call(
        "POST", "/auth/factors/passkeys", json.loads(i["passkey"])
    ),
    ("DELETE", "/auth/factors/{factor_id}"): lambda i: Call("DELETE", f"/auth/factors/{i['factor']}"),
    ("POST", "/auth/factors/recovery-codes"): lambda _: Call("POST", "/auth/factors/recovery-codes"),
    ("POST", "/auth/prove/options"): lambda _: Call("POST", "/auth/prove/options"),
    ("POST", "/auth/prove"): lambda i: Call("POST", "/auth/prove", {"recovery_code": i["recovery code"]}),
    ("PUT", "/workspace/second-factor"): lambda _: Call(
        "PUT", "/workspace/second-factor", {"is_required": False}
    ),
    ("POST", "/members/{member_id}/reset-factors"): lambda i: Call(
        "POST", f"/members/{i['member']}/reset-factors"
    ),
    ("POST", "/members"): lambda _: Call("POST", "/members", invitation(f"{new_id()}@example.org")),
    ("GET", "/members"): lambda _: Call("GET", "/members", params={"limit": "100"}),
    ("PUT", "/members/{member_id}"): lambda i: Call(
        "PUT", f"/members/{i['member']}", {"full_name": "B", "role": "assistant"}
    ),
    ("DELETE", "/members/{member_id}"): lambda i: Call("DELETE", f"/members/{i['member']}"),
    ("GET", "/workspace"): lambda _: Call("GET", "/workspace"),
    ("PUT", "/workspace"): lambda _: Call("PUT", "/workspace", {"name": "New name"}),
    ("GET", "/workspace/export"): lambda _: Call("GET", "/workspace/export"),
    ("POST", "/workspace/restore"): lambda _: Call("POST", "/workspace/restore"),
    ("DELETE", "/workspace"): lambda _: Call("DELETE", "/workspace"),
    ("GET", "/audit-events"): lambda _: Call("GET", "/audit-events"),
    ("POST", "/clients"): lambda _: Call("POST", "/clients", {"first_name": "A", "last_name": "B"}),
    ("GET", "/clients"): lambda _: Call("GET", "/clients", params={"limit": "100"}),
    ("GET", "/clients/index"): lambda _: Call("GET", "/clients/index"),
    ("GET", "/clients/{client_id}"): lambda i: Call("GET", f"/clients/{i['client']}"),
    ("PUT", "/clients/{client_id}"): lambda i: Call("PUT", f"/clients/{i['client']}", {"notes": "x"}),
    ("DELETE", "/clients/{client_id}"): lambda i: Call("DELETE", f"/clients/{i['client']}"),
    ("GET", "/clients/{client_id}/access-history"): lambda i: Call(
        "GET", f"/clients/{i['client']}/access-history"
    ),
    ("GET", "/clients/{client_id}/access-history/fhir"): lambda i: Call(
        "GET", f"/clients/{i['client']}/access-history/fhir"
    ),
    ("POST", "/appointments"): lambda i: Call("POST", "/appointments", booking(i)),
    ("GET", "/appointments"): lambda _: Call(
        "GET",
        "/appointments",
        params={"limit": "100", "include": "client,reminder"},  # and the note, for some roles: tests/agenda
    ),
    ("GET", "/appointments/{appointment_id}"): lambda i: Call("GET", f"/appointments/{i['appointment']}"),
    ("PUT", "/appointments/{appointment_id}"): lambda i: Call(
        "PUT", f"/appointments/{i['appointment']}", {"logistics": "x"}
    ),
    ("DELETE", "/appointments/{appointment_id}"): lambda i: Call(
        "DELETE", f"/appointments/{i['appointment']}"
    ),
    ("POST", "/sessions"): lambda i: Call(
        "POST", "/sessions", {"appointment_id": i["free appointment"], "plan": "x"}
    ),
    ("GET", "/sessions"): lambda _: Call("GET", "/sessions", params={"limit": "100", "include": "text"}),
    ("GET", "/sessions/{session_id}"): lambda i: Call("GET", f"/sessions/{i['draft']}"),
    ("PUT", "/sessions/{session_id}"): lambda i: Call("PUT", f"/sessions/{i['draft']}", {"plan": "x"}),
    ("PATCH", "/sessions/{session_id}/finalize"): lambda i: Call("PATCH", f"/sessions/{i['draft']}/finalize"),
    ("DELETE", "/sessions/{session_id}"): lambda i: Call("DELETE", f"/sessions/{i['draft']}"),
    ("POST", "/sessions/{session_id}/attachments"): lambda i: Call(
        "POST", f"/sessions/{i['draft']}/attachments", files=part()
    ),
    ("GET", "/sessions/{session_id}/attachments"): lambda i: Call(
        "GET", f"/sessions/{i['draft']}/attachments"
    ),
    ("GET", "/sessions/{session_id}/attachments/{attachment_id}"): lambda i: Call(
        "GET", f"/sessions/{i['draft']}/attachments/{i['file']}"
    ),
    ("DELETE", "/sessions/{session_id}/attachments/{attachment_id}"): lambda i: Call(
        "DELETE", f"/sessions/{i['draft']}/attachments/{i['file']}"
    ),
    ("POST", "/sessions/sync"): lambda i: Call(
        "POST",
        "/sessions/sync",
        {"sessions": [synced(i["client session"], i["appointment"], plan="x", base_version=2)]},
    ),
    ("GET", "/sessions/conflicts"): lambda _: Call("GET", "/sessions/conflicts", params={"limit": "100"}),
    ("GET", "/sessions/conflicts/{conflict_id}"): lambda i: Call(
        "GET", f"/sessions/conflicts/{i['conflict']}"
    ),
    ("POST", "/sessions/conflicts/{conflict_id}/resolve"): lambda i: Call(
        "POST", f"/sessions/conflicts/{i['conflict']}/resolve", {"action": "keep_client"}
    ),
    ("GET", "/sessions/{session_id}/revisions"): lambda i: Call("GET", f"/sessions/{i['draft']}/revisions"),
    ("POST", "/sessions/{session_id}/amendments"): lambda i: Call(
        "POST", f"/sessions/{i['finalized']}/amendments", {"reason": "x", "plan": "y"}
    ),
    ("GET", "/sessions/{session_id}/amendments"): lambda i: Call(
        "GET", f"/sessions/{i['finalized']}/amendments"
    ),
    ("POST", "/plans"): lambda i: Call("POST", "/plans", {"client_id": i["client"], "title": "x"}),
    ("GET", "/plans"): lambda _: Call("GET", "/plans", params={"limit": "100"}),
    ("GET", "/plans/{plan_id}"): lambda i: Call("GET", f"/plans/{i['plan']}"),
    ("PUT", "/plans/{plan_id}"): lambda i: Call("PUT", f"/plans/{i['plan']}", {"goals": "x"}),
    ("DELETE", "/plans/{plan_id}"): lambda i: Call("DELETE", f"/plans/{i['plan']}"),
    ("GET", "/plans/{plan_id}/revisions"): lambda i: Call("GET", f"/plans/{i['plan']}/revisions"),
    ("POST", "/plans/{plan_id}/milestones"): lambda i: Call(
        "POST", f"/plans/{i['plan']}/milestones", {"description": "x"}
    ),
    ("GET", "/plans/{plan_id}/milestones"): lambda i: Call("GET", f"/plans/{i['plan']}/milestones"),
    ("PUT", "/plans/{plan_id}/milestones/order"): lambda i: Call(
        "PUT", f"/plans/{i['plan']}/milestones/order", {"ids": [i["milestone"]]}
    ),
    ("GET", "/plans/{plan_id}/milestones/{milestone_id}"): lambda i: Call("GET", _milestone(i)),
    ("PUT", "/plans/{plan_id}/milestones/{milestone_id}"): lambda i: Call(
        "PUT", _milestone(i), {"notes": "x"}
    ),
    ("DELETE", "/plans/{plan_id}/milestones/{milestone_id}"): lambda i: Call("DELETE", _milestone(i)),
    ("GET", "/clients/{client_id}/timeline"): lambda i: Call("GET", f"/clients/{i['client']}/timeline"),
    ("GET", "/clients/{client_id}/timeline.pdf"): lambda i: Call(
        "GET", f"/clients/{i['client']}/timeline.pdf"
    ),
    ("POST", "/reminders/configurations"): lambda _: Call(
        "POST", "/reminders/configurations", {"hours_before": 336}
    ),
    ("GET", "/reminders/configurations"): lambda _: Call("GET", "/reminders/configurations"),
    ("PUT", "/reminders/configurations/{configuration_id}"): lambda i: Call(
        "PUT", f"/reminders/configurations/{i['rule']}", {"send_window": "08:00-20:00"}
    ),
    ("DELETE", "/reminders/configurations/{configuration_id}"): lambda i: Call(
        "DELETE", f"/reminders/configurations/{i['rule']}"
    ),
    ("POST", "/reminders/configurations/{configuration_id}/preview"): lambda i: Call(
        "POST", f"/reminders/configurations/{i['rule']}/preview", {}
    ),
    ("GET", "/reminders/logs"): lambda _: Call("GET", "/reminders/logs", params={"limit": "100"}),
    ("GET", "/appointments/{appointment_id}/reminders"): lambda i: Call(
        "GET", f"/appointments/{i['appointment']}/reminders"
    ),
    ("GET", "/reminders/digest"): lambda _: Call("GET", "/reminders/digest"),
    ("PUT", "/reminders/digest"): lambda _: Call("PUT", "/reminders/digest", {"send_time": "19:30"}),
}
