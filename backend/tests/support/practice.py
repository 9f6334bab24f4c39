"""A practice under test: a workspace with an owner, and an HTTP client that acts as them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.accounts.schemas import SignUp
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.statements import Statement
from pazpaz.core.process.resources import Resources

API = "/api/v1"
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
_JOIN = Statement.of("""
    INSERT INTO users (workspace_id, id, email, full_name, role)
    VALUES (%(workspace)s::uuid, %(id)s::uuid, %(email)s::text, 'Noa Mizrahi', %(role)s::text)
""")


@dataclass
class Practice:
    """Requests as one user of one workspace. `make_*` return the new resource's JSON."""

    http: httpx.AsyncClient
    workspace_id: UUID
    user_id: UUID
    token: str
    email: str
    _hours: int = field(default=0)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request below /api/v1."""
        return await self.http.request(method, f"{API}{path}", **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, json: object = None, **options: Any) -> httpx.Response:
        return await self.request("POST", path, json=json, **options)

    async def put(self, path: str, json: object = None, **options: Any) -> httpx.Response:
        return await self.request("PUT", path, json=json, **options)

    async def patch(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("DELETE", path, **options)

    async def make_client(self, **values: Any) -> dict[str, Any]:
        body = {"first_name": "רות", "last_name": "לוי", **values}
        return _made(await self.post("/clients", body))

    async def make_appointment(self, client_id: str | None = None, **values: Any) -> dict[str, Any]:
        """Each one an hour after the last, so that they never overlap by accident."""
        client_id = client_id or (await self.make_client())["id"]
        start = START + timedelta(hours=self._hours)
        self._hours += 1
        body = {
            "client_id": client_id,
            "scheduled_start": start.isoformat(),
            "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
            **values,
        }
        return _made(await self.post("/appointments", body))

    async def make_session(self, appointment_id: str | None = None, **values: Any) -> dict[str, Any]:
        appointment_id = appointment_id or (await self.make_appointment())["id"]
        return _made(await self.post("/sessions", {"appointment_id": appointment_id, **values}))

    async def make_plan(self, client_id: str | None = None, **values: Any) -> dict[str, Any]:
        client_id = client_id or (await self.make_client())["id"]
        return _made(await self.post("/plans", {"client_id": client_id, "title": "שיקום כתף", **values}))

    async def make_milestone(self, plan_id: str, **values: Any) -> dict[str, Any]:
        body = {"description": "להרים יד מעל הראש", **values}
        return _made(await self.post(f"/plans/{plan_id}/milestones", body))


def _made(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def browser(app: FastAPI) -> httpx.AsyncClient:
    """A client that is not signed in and keeps cookies."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


async def open_practice(app: FastAPI, *, name: str = "מרפאה") -> Practice:
    """A fresh workspace."""
    resources: Resources = app.state.resources
    system, context, email = resources.system(), RequestContext(new_id()), f"{new_id()}@example.org"
    signup = SignUp(
        email=email,
        full_name="Dana Cohen",
        workspace_name=name,
        timezone="Asia/Jerusalem",
        locale="he",  # type: ignore[arg-type]
    )
    workspace_id, user_id = await service.create_workspace(system, resources.keys, context, signup)
    token = await service.issue_token(system, context, workspace_id, user_id, "tests")
    await system.transaction.commit()
    return _acting(app, workspace_id, user_id, token, email)


async def join(app: FastAPI, practice: Practice, role: str) -> Practice:
    """A colleague: another user of the same workspace, in this role, with a token of their own."""
    resources: Resources = app.state.resources
    system, user_id = resources.system(), new_id()
    email = f"{user_id}@example.org"
    who = {"workspace": practice.workspace_id, "id": user_id, "email": email, "role": role}
    await system.transaction.fetch(_JOIN.sql, _JOIN.arguments(who), writes=True)
    token = await service.issue_token(
        system, RequestContext(new_id()), practice.workspace_id, user_id, "tests"
    )
    await system.transaction.commit()
    return _acting(app, practice.workspace_id, user_id, token, email)


def _acting(app: FastAPI, workspace_id: UUID, user_id: UUID, token: str, email: str) -> Practice:
    http = browser(app)
    http.headers["Authorization"] = f"Bearer {token}"
    return Practice(http, workspace_id, user_id, token, email)
