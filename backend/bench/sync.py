"""`./dev bench sync`: batches of 100 notes over HTTP, one server process, durable PostgreSQL: time and memory (Y3)."""

import http.client
import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from bench.data import texts
from bench.say import say
from bench.servers import Server
from bench.stage import UNLIMITED, account, options, percentile, signed, stage
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources

BATCH, BATCHES = 100, 5
_FIELDS = ("subjective", "objective", "assessment", "plan")


def main() -> None:
    rounds = options("sync", __doc__, rounds=20).rounds
    with stage("postgres", "valkey", settings=UNLIMITED) as here:
        token, appointments = here.run(lambda resources, r: _practice(resources, r, rounds * BATCH * BATCHES))
        with here.server(core=min(os.sched_getaffinity(0))) as server:
            _send(server, token, appointments, rounds)
    say(signed())


async def _practice(resources: Resources, connection: Any, count: int) -> tuple[str, list[UUID]]:
    """A practice with that many past appointments."""
    made = await account(resources)
    workspace_id, user_id = made.workspace_id, made.user_id
    client_id = new_id()
    await connection.execute(
        "INSERT INTO clients (workspace_id, id, first_name, last_name) VALUES ($1, $2, '', '')",
        workspace_id,
        client_id,
    )
    ids = [new_id() for _ in range(count)]
    start = datetime(2020, 1, 1, tzinfo=UTC)
    await connection.copy_records_to_table(
        "appointments",
        columns=("workspace_id", "id", "client_id", "therapist_id", "scheduled_start", "scheduled_end"),
        records=[
            (
                workspace_id,
                one,
                client_id,
                user_id,
                start + timedelta(hours=n),
                start + timedelta(hours=n + 1),
            )
            for n, one in enumerate(ids)
        ],
    )
    return made.token, ids


def _send(server: Server, token: str, appointments: list[UUID], rounds: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    written = texts(random.Random(1), 400)
    cpu: dict[str, float] = {"created": 0.0, "updated": 0.0, "unchanged": 0.0}
    kinds: dict[str, list[float]] = {"created": [], "updated": [], "unchanged": []}
    fives: list[float] = []
    memory = server.memory()
    for number in range(rounds):
        at = number * BATCH * BATCHES
        items = [_item(one, written) for one in appointments[at : at + BATCH * BATCHES]]
        every = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
        began = server.cpu()
        times = [_post(connection, token, batch, "created") for batch in every]
        cpu["created"] += server.cpu() - began
        kinds["created"] += times
        fives.append(sum(times))
        later = [_later(one, written) for one in every[0]]
        for status in ("updated", "unchanged"):
            began = server.cpu()
            kinds[status].append(_post(connection, token, later, status))
            cpu[status] += server.cpu() - began
    for status, times in kinds.items():
        used = f"{cpu[status] / len(times) * 1000:.0f} ms of the server's CPU"
        say(f"a batch of 100 that is {status}: p50 {_at(times, 0.5)}, p95 {_at(times, 0.95)}, {used}")
    say(f"Y3: 500 new notes in five batches: p50 {_at(fives, 0.5)}, p95 {_at(fives, 0.95)} (goal 3 s)")
    say(f"the server's memory: {memory / 1e6:.0f} MB before, at most {server.peak() / 1e6:.0f} MB since")


def _item(appointment: UUID, written: list[str]) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat()
    return {
        "client_session_id": str(new_id()), "appointment_id": str(appointment),
        "created_at_client": moment, "updated_at_client": moment,
        **{name: random.choice(written) for name in _FIELDS},
    }  # fmt: skip


def _later(item: dict[str, Any], written: list[str]) -> dict[str, Any]:
    return item | {"plan": random.choice(written) + ".", "base_version": 1}


def _post(
    connection: http.client.HTTPConnection, token: str, items: list[dict[str, Any]], want: str
) -> float:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = orjson.dumps({"sessions": items})
    started = time.perf_counter()
    connection.request("POST", "/api/v1/sessions/sync", body, headers)
    answer = connection.getresponse()
    raw = answer.read()
    seconds = time.perf_counter() - started
    found = {result["status"] for result in orjson.loads(raw)["results"]} if answer.status == 200 else {raw}
    if found != {want}:
        message = f"a batch was {answer.status} {found}, not {want}"
        raise RuntimeError(message)
    return seconds


def _at(times: list[float], part: float) -> str:
    """A percentile."""
    return f"{percentile(times, part) * 1000:.0f} ms"


if __name__ == "__main__":
    main()
