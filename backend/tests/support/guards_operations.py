"""Every operation of the API with a request that succeeds, and what a practice owns when it is asked."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.accounts.models import LINK
from pazpaz.core import clock
from pazpaz.core.audit import Origin
from pazpaz.core.ids import new_id
from pazpaz.core.resources import Resources
from pazpaz.core.statements import Statement
from pazpaz.core.tokens import derived_token, hashed
from tests.support import stack
from tests.support.authenticator import Authenticator
from tests.support.files import make_attachment, part
from tests.support.practice import API, START, Practice

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


async def ask_link(app: FastAPI, email: str) -> tuple[str, str]:
    """A usable magic link: its token, and the cookie of the browser that asked."""
    resources: Resources = app.state.resources
    system, secret = resources.system(), resources.settings.secret_key.get_secret_value()
    asked = await service.ask_link(system, secret, email)
    link_id: UUID = (await system.run(_LINK_OF, email=email))[0]["id"]
    await system.transaction.commit()
    return derived_token(secret, LINK, link_id), asked.browser_token


async def sign_in(app: FastAPI, practice: Practice) -> str:
    """A fresh browser session of the practice's user; returns the cookie's value."""
    resources: Resources = app.state.resources
    system = resources.system()
    token = await service.start_session(
        system, resources.settings, Origin(new_id()), practice.workspace_id, practice.user_id
    )
    await system.transaction.commit()
    await _proved(resources, token)
    return token


async def _proved(resources: Resources, token: str) -> None:
    """As if the sign-in had proved a second factor; the referee may say so, nobody else."""
    database = urlsplit(resources.settings.database_url.get_secret_value()).path.lstrip("/")
    referee = await asyncpg.connect(stack.superuser_url(database))
    await referee.execute("UPDATE credentials SET factor_at = now() WHERE hash = $1", hashed(token))
    await referee.close()


async def sign_ins(app: FastAPI, practice: Practice) -> list[str]:
    """The ids of two fresh browser sessions of the practice's user; the second was ended."""
    for _ in range(2):
        await sign_in(app, practice)
    ended, kept = [item["id"] for item in (await practice.get("/auth/sessions")).json()["items"][:2]]
    await practice.delete(f"/auth/sessions/{ended}")
    return [kept, ended]


async def _members(practice: Practice, mark: str) -> list[str]:
    """The ids of two invited therapists; the second was removed."""
    ids = []
    for number in range(2):
        body = {"email": f"{mark}-{number}@example.org", "full_name": f"{mark} כהן", "role": "therapist"}
        ids.append((await practice.post("/members", body)).json()["id"])
    await practice.delete(f"/members/{ids[1]}")
    return ids


async def _conflicts(practice: Practice, device_id: str, appointment: str, text: Ids) -> list[str]:
    """The ids of two conflicts about the appointment's note; the second was resolved."""
    items = [synced(device_id, appointment, **{**text, "plan": f"{text['plan']} {n}"}) for n in range(2)]
    answer = await practice.post("/sessions/sync", {"sessions": items})
    ids = [result["conflict_id"] for result in answer.json()["results"]]
    assert all(ids), answer.text
    await practice.post(f"/sessions/conflicts/{ids[1]}/resolve", {"action": "discard"})
    return ids


async def _plans(practice: Practice, client: str, mark: str) -> dict[str, str]:
    """Two plans, the second archived, and two achieved milestones of the first, the second archived."""
    text = {"title": mark, "diagnosis": f"{mark} דלקת", "goals": mark, "frequency": mark}
    plans = [(await practice.make_plan(client, **text))["id"] for _ in range(2)]
    said = {"description": f"{mark} לרוץ", "notes": mark, "status": "achieved"}
    steps = [(await practice.make_milestone(plans[0], **said))["id"] for _ in range(2)]
    await practice.put(f"/plans/{plans[0]}", {"goals": f"{mark} שוב"})
    await practice.delete(f"/plans/{plans[0]}/milestones/{steps[1]}")
    await practice.delete(f"/plans/{plans[1]}")
    return {
        "plan": plans[0], "archived plan": plans[1], "milestone": steps[0], "archived milestone": steps[1],
    }  # fmt: skip


async def _rules(practice: Practice, mark: str) -> list[str]:
    """The ids of two reminders, at hours that nothing else has; the second was removed."""
    taken: int = (await practice.get("/reminders/configurations")).json()["total"]
    words = {"subject_template": mark, "body_template": f"{mark} {{client_first_name}}"}
    ids = []
    for hours in (100 + taken, 200 + taken):
        made = await practice.post("/reminders/configurations", {"hours_before": hours, **words})
        ids.append(made.json()["id"])
    await practice.delete(f"/reminders/configurations/{ids[1]}")
    return ids


async def factors_of(practice: Practice) -> dict[str, str]:
    """A factor of the practice's user, one that was removed, one not yet confirmed, and what proves them."""
    made = []
    for earlier in (await practice.get("/auth/factors")).json()["items"][:-1]:
        await practice.delete(f"/auth/factors/{earlier['id']}")
    for _ in range(2):
        asked = (await practice.post("/auth/factors/passkeys/options")).json()
        answer = Authenticator().create(asked["public_key"])
        body = {"challenge_id": asked["challenge_id"], "name": "laptop", "credential": answer}
        enrolled = await practice.post("/auth/factors/passkeys", body)
        assert enrolled.status_code == 200, enrolled.text
        made.append(enrolled.json())
    await practice.delete(f"/auth/factors/{made[1]['factor']['id']}")
    app = (await practice.post("/auth/factors/totp", {"name": "phone"})).json()
    asked = (await practice.post("/auth/factors/passkeys/options")).json()
    another = {"challenge_id": asked["challenge_id"], "name": "key"}
    codes = (
        made[0]["recovery_codes"]
        or (await practice.post("/auth/factors/recovery-codes")).json()["recovery_codes"]
    )
    totp = TOTP(base64.b32decode(app["secret"]), 6, SHA1(), 30)
    return {
        "factor": made[0]["factor"]["id"], "removed factor": made[1]["factor"]["id"],
        "unconfirmed factor": app["id"], "code": totp.generate(int(clock.now().timestamp())).decode(),
        "recovery code": codes[0],
        "passkey": json.dumps({**another, "credential": Authenticator().create(asked["public_key"])}),
    }  # fmt: skip


async def stock(app: FastAPI, practice: Practice, mark: str) -> dict[str, str]:
    """One of everything, by kind; every text in it holds `mark`."""
    factors = await factors_of(practice)  # first: a factor ends sign-ins that have proved none
    made = await practice.make_client(
        first_name=mark, last_name=f"{mark} לוי", email=f"{mark}@example.org", phone="050-1234567",
        address=f"{mark} הרצל", notes=f"{mark} כאב", tags=[mark], date_of_birth="1980-02-03",
    )  # fmt: skip
    client = made["id"]
    gone = (await practice.make_client(first_name=mark))["id"]
    appointments = [
        (await practice.make_appointment(client, notes=f"{mark} חניה", location=mark))["id"] for _ in range(5)
    ]
    text = {"subjective": f"{mark} כאב גב", "objective": mark, "assessment": mark, "plan": mark}
    notes = [(await practice.make_session(a, **text))["id"] for a in appointments[:3]]
    files = [(await make_attachment(practice, notes[0], name=f"{mark}.png"))["id"] for _ in range(2)]
    await practice.delete(f"/sessions/{notes[0]}/attachments/{files[1]}")
    own = str(new_id())
    await practice.put(f"/sessions/{notes[0]}", {"plan": mark})
    conflicts = await _conflicts(practice, own, appointments[0], text)
    tokens = [(await practice.post("/auth/tokens", {"name": mark})).json() for _ in range(2)]
    await practice.put("/workspace", {"reminder_sender_name": f"{mark} מרפאה"})
    await practice.patch(f"/sessions/{notes[1]}/finalize")
    addendum = await practice.post(f"/sessions/{notes[1]}/amendments", {"reason": mark, "plan": mark})
    assert addendum.status_code == 201, addendum.text
    await practice.delete(f"/sessions/{notes[2]}")
    await practice.delete(f"/clients/{gone}")
    await practice.delete(f"/appointments/{appointments[4]}")
    await practice.delete(f"/auth/tokens/{tokens[1]['id']}")
    members, sessions = await _members(practice, mark), await sign_ins(app, practice)
    link, browser = await ask_link(app, practice.email)
    plans = await _plans(practice, client, mark)
    rules = await _rules(practice, mark)
    await practice.put("/reminders/digest", {"is_active": True})
    return {
        **factors,
        **plans,
        "client": client, "archived client": gone,
        "appointment": appointments[0], "free appointment": appointments[3],
        "archived appointment": appointments[4],
        "client session": own, "conflict": conflicts[0], "resolved conflict": conflicts[1],
        "draft": notes[0], "finalized": notes[1], "archived session": notes[2],
        "file": files[0], "removed file": files[1],
        "token": tokens[0]["id"], "revoked token": tokens[1]["id"],
        "sign-in": sessions[0], "ended sign-in": sessions[1],
        "member": members[0], "removed member": members[1],
        "rule": rules[0], "archived rule": rules[1],
        "workspace": str(practice.workspace_id), "user": str(practice.user_id),
        "word": mark, "email": practice.email, "link": link, "browser": browser,
    }  # fmt: skip


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


def _milestone(ids: Ids) -> str:
    return f"/plans/{ids['plan']}/milestones/{ids['milestone']}"


SUCCEEDS: dict[Operation, Callable[[Ids], Call]] = {
    ("POST", "/auth/signup"): lambda _: Call("POST", "/auth/signup", _SIGN_UP),
    ("POST", "/auth/magic-link"): lambda i: Call("POST", "/auth/magic-link", {"email": i["email"]}),
    ("POST", "/auth/verify"): lambda i: Call(
        "POST", "/auth/verify", {"token": i["link"]}, cookies={"pazpaz_browser": i["browser"]}
    ),
    ("POST", "/auth/logout"): lambda _: Call("POST", "/auth/logout"),
    ("GET", "/auth/me"): lambda _: Call("GET", "/auth/me"),
    ("POST", "/auth/tokens"): lambda _: Call("POST", "/auth/tokens", {"name": "phone"}),
    ("GET", "/auth/tokens"): lambda _: Call("GET", "/auth/tokens"),
    ("DELETE", "/auth/tokens/{token_id}"): lambda i: Call("DELETE", f"/auth/tokens/{i['token']}"),
    ("GET", "/auth/sessions"): lambda _: Call("GET", "/auth/sessions"),
    ("DELETE", "/auth/sessions/{sign_in_id}"): lambda i: Call("DELETE", f"/auth/sessions/{i['sign-in']}"),
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
    ("GET", "/appointments"): lambda _: Call("GET", "/appointments", params={"limit": "100"}),
    ("GET", "/appointments/{appointment_id}"): lambda i: Call("GET", f"/appointments/{i['appointment']}"),
    ("PUT", "/appointments/{appointment_id}"): lambda i: Call(
        "PUT", f"/appointments/{i['appointment']}", {"notes": "x"}
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
