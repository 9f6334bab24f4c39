"""`kill -9` of the API and of PostgreSQL under load: no change without its event, no event without its change (A1)."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from pazpaz.accounts import service as accounts
from pazpaz.accounts.schemas import SignUp
from pazpaz.checkpoints import ledger, service
from pazpaz.checkpoints.checking import Chain, Findings, check_events
from pazpaz.checkpoints.checkpoint import BEGINNING
from pazpaz.cli.database import upgrade
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.process.resources import opened
from pazpaz.embedded.runtime import write_runtime
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings
from tests.support.lengths import length
from tests.support.practice import API, START
from tests.support.served import free_port

KILLS = int(os.environ.get("PAZPAZ_TEST_KILLS", length(4, slow=100)))
AT_ONCE = 6
SERVICES = frozenset({"postgres", "valkey", "mail"})
QUICK = {
    "PAZPAZ_RATE_LIMIT_READS_PER_MINUTE": "1000000",
    "PAZPAZ_RATE_LIMIT_WRITES_PER_MINUTE": "1000000",
    "PAZPAZ_ACCESS_LOG": "false",
    # No file is stored here; the server asks the store for ever, and works without it.
    "PAZPAZ_S3_ENDPOINT_URL": "http://127.0.0.1:9",
    "PAZPAZ_S3_ACCESS_KEY": "nobody",
    "PAZPAZ_S3_SECRET_KEY": "nobody",
}
# What a row says of how often it was written, beside the events that say so.
DIFFERENCES = """
    WITH rows AS (
        SELECT 'client' AS noun, workspace_id, id, version FROM clients
        UNION ALL SELECT 'appointment', workspace_id, id, version FROM appointments
        UNION ALL SELECT 'session', workspace_id, id, version FROM sessions
    ), events AS (
        SELECT entity_type AS noun, workspace_id, entity_id AS id, count(*) AS writes,
            count(*) FILTER (WHERE action LIKE '%.create') AS creations
        FROM audit_events WHERE action ~ '^(client|appointment|session)\\.(create|update|archive|finalize|complete)$'
        GROUP BY 1, 2, 3
    )
    SELECT noun, id, version, writes, creations FROM rows FULL JOIN events USING (noun, workspace_id, id)
    WHERE version IS DISTINCT FROM writes OR creations IS DISTINCT FROM 1
"""

EVENTS = {
    *("client.create", "client.update", "client.list", "appointment.create"),
    *("session.create", "session.update", "session.read", "session.finalize"),
}


@dataclass
class Load:
    """Requests of one owner, and what was answered."""

    token: str
    chance: random.Random
    acknowledged: dict[str, str] = field(default_factory=dict)  # request: the event it must have left
    broken: int = 0
    hours: int = 0

    async def go_on(self, address: str) -> None:
        """Until it is cancelled."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=f"{address}{API}", headers=headers, timeout=20) as http:
            await asyncio.gather(*(self._one_by_one(http) for _ in range(AT_ONCE)))

    async def _one_by_one(self, http: httpx.AsyncClient) -> None:
        while True:
            try:
                await self._a_visit(http)
            except (httpx.TransportError, KeyError):  # the server or the database was killed in between
                self.broken += 1
                await asyncio.sleep(0.05)

    async def _a_visit(self, http: httpx.AsyncClient) -> None:
        """A client, an appointment, a note that is saved twice, read and finalized; a list, and a change."""
        client = await self._ask(
            http, "POST", "/clients", "client.create", {"first_name": "רות", "last_name": "לוי"}
        )
        self.hours += 1
        start = START + timedelta(hours=self.hours)
        times = {
            "scheduled_start": start.isoformat(),
            "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
        }
        body = {"client_id": client["id"], **times}
        booked = await self._ask(http, "POST", "/appointments", "appointment.create", body)
        note = await self._ask(http, "POST", "/sessions", "session.create", {"appointment_id": booked["id"]})
        for words in ("א", "ב"):
            await self._ask(http, "PUT", f"/sessions/{note['id']}", "session.update", {"plan": words})
        await self._ask(http, "GET", f"/sessions/{note['id']}", "session.read")
        await self._ask(http, "PATCH", f"/sessions/{note['id']}/finalize", "session.finalize")
        await self._ask(http, "GET", "/clients", "client.list")
        await self._ask(http, "PUT", f"/clients/{client['id']}", "client.update", {"notes": "x"})

    async def _ask(
        self, http: httpx.AsyncClient, method: str, path: str, event: str, body: object = None
    ) -> dict[str, Any]:
        answer = await http.request(method, path, json=body)
        if not answer.is_success:
            raise KeyError(event)
        self.acknowledged[answer.headers["X-Request-ID"]] = event
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Stack, str]]:
    """PostgreSQL that keeps what it has confirmed, and an API beside it."""
    with Stack(tmp_path / "data", services=SERVICES) as stack:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        environment = stack.environment() | QUICK | {"PAZPAZ_PUBLIC_URL": address}
        upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
        write_runtime(stack.data_dir, environment, os.getpid(), address)
        stack.add_program("api", ["api", "--port", str(port)], lambda: _answers(address))
        stack.start_services(frozenset({"api"}))
        yield stack, address


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def referee(running: tuple[Stack, str]) -> Any:
    """Connects anew each time: the server is killed in between."""

    async def ask(sql: str, *arguments: object) -> list[Any]:
        connection = await asyncpg.connect(running[0].superuser_url.rpartition("/")[0] + "/pazpaz")
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    return ask


async def _token(stack: Stack, address: str) -> tuple[Any, str]:
    environment = stack.environment() | QUICK | {"PAZPAZ_PUBLIC_URL": address}
    settings = load_settings(
        _env_file=None, **{name.removeprefix("PAZPAZ_").lower(): value for name, value in environment.items()}
    )
    async with opened(settings, name="kills") as resources:
        system, context = resources.system(), RequestContext(new_id())
        signup = SignUp.model_validate(
            {"email": "dana@example.org", "full_name": "Dana", "workspace_name": "Clinic",
             "timezone": "Asia/Jerusalem", "locale": "he"}
        )  # fmt: skip
        workspace_id, user_id = await accounts.create_workspace(system, resources.keys, context, signup)
        token = await accounts.issue_token(system, context, workspace_id, user_id, "kills")
        await system.transaction.commit()
    return settings, token


def _kill(stack: Stack, victim: str) -> None:
    os.kill(stack.pids()[victim], signal.SIGKILL)
    stack.restart(victim)


async def test_changes_and_events_stay_together(running: tuple[Stack, str], referee: Any) -> None:
    """Each row was written as often as its events say; each answer has its event; and all of it verifies."""
    (stack, address), seed = running, random.randrange(2**32)
    settings, token = await _token(stack, address)
    load = Load(token, random.Random(seed))
    work = asyncio.create_task(load.go_on(address))
    for number in range(KILLS):
        await asyncio.sleep(load.chance.uniform(0.3, 1.2))
        await asyncio.to_thread(_kill, stack, ("postgres", "api")[number % 2])
    await asyncio.sleep(0.5)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await _quiet(referee)
    assert await referee(DIFFERENCES) == [], f"seed {seed}"
    rows = await referee(
        "SELECT request_id::text AS request, array_agg(action) AS actions FROM audit_events GROUP BY 1"
    )
    events = {row["request"]: set(row["actions"]) for row in rows}
    left_none = [
        request for request, event in load.acknowledged.items() if event not in events.get(request, set())
    ]
    assert left_none == [], f"seed {seed}"
    verified = await _covered_and_verified(settings)
    print(  # noqa: T201 (the figure of the goal)
        f"{KILLS} kills: {len(load.acknowledged)} answers, {load.broken} broken off, {verified} events covered"
    )
    assert load.broken >= KILLS
    assert set(load.acknowledged.values()) == EVENTS
    await referee("UPDATE clients SET version = version + 1 WHERE id = (SELECT id FROM clients LIMIT 1)")
    assert len(await referee(DIFFERENCES)) == 1  # the control: a change without its event is seen


async def _quiet(referee: Any) -> None:
    """Nobody works any more on what the dead had asked for."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE state = 'active' AND pid <> pg_backend_pid() AND usename IS NOT NULL"
    )
    ends = time.monotonic() + 20
    while (await referee(busy))[0][0]:
        assert time.monotonic() < ends
        await asyncio.sleep(0.2)


async def _covered_and_verified(settings: Any) -> int:
    findings = Findings()
    chain = Chain(service.trusted_keys(settings), findings)
    async with ledger.connected(settings) as connection:
        assert (await service.checkpoint(connection, service.signing_key(settings), seconds=10)).is_complete
        checkpoints = await ledger.checkpoints_after(connection, 0, most=100, events=10_000_000)
        for checkpoint in checkpoints:
            chain.follow(checkpoint)
        check_events(
            None, checkpoints, await ledger.events(connection, BEGINNING, checkpoints[-1].through), findings
        )
        findings.end()
    return chain.events
