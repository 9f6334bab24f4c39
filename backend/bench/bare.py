"""The yardstick: Starlette and asyncpg, no authentication and no guards, the same rows and the same work.

One statement a request with its audit row, AES-GCM by hand, orjson; it connects past row-level security.
"""

import gc
import os
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.erasure import ErasureFile
from pazpaz.core.db.statements import select_text
from pazpaz.sessions.models import Session, SessionSummary
from pazpaz.timeline import queries
from pazpaz.timeline.models import EventType, TimelineEvent
from pazpaz.timeline.service import BEGINNING

DSN = "PAZPAZ_BENCH_DSN"
LIMIT = 50
SOAP = ("subjective", "objective", "assessment", "plan")
_PLACES = tuple((name, f"sessions.{name}".encode()) for name in SOAP)
_HEADER = bytes((1, 0, 0, 0, 1))  # version 1, key number 1
_NOTE = ", ".join(field.name for field in fields(Session))
_SUMMARY = ", ".join(field.name for field in fields(SessionSummary))


def _event(action: str, entity: str, source: str = "") -> str:
    """The audit row; $1 is the workspace, $2 the event's id, $3 the user, $4 the request's id."""
    return (
        "event AS (INSERT INTO audit_events"
        " (workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix)"
        f" SELECT $1::uuid, $2::uuid, $3::uuid, 'session.{action}', 'session', {entity}, $4::uuid,"
        f" '127.0.0.0/24' {source})"
    )


def _list(columns: str, condition: str) -> str:
    where = f"workspace_id = $1::uuid {condition} AND status <> 'archived'"
    return (
        f"WITH {_event('list', 'NULL::uuid')}"
        f" SELECT hit.*, (SELECT count(*) FROM sessions WHERE {where}) AS total"
        f" FROM (SELECT {columns} FROM sessions WHERE {where}"
        f" ORDER BY session_date DESC, id DESC LIMIT {LIMIT + 1}) AS hit"
    )


_ONE = f"SELECT {_NOTE} FROM sessions WHERE workspace_id = $1::uuid AND id = "
_READ = f"WITH hit AS ({_ONE} $5::uuid), {_event('read', '$5::uuid', 'FROM hit')} SELECT * FROM hit"
_READ_UNRECORDED = f"{_ONE} $2::uuid"
_OF_CLIENT = _list(_NOTE, "AND client_id = $5::uuid")
_NEWEST = _list(_SUMMARY, "")
_save: dict[tuple[str, ...], str] = {}

_EVENTS = 100
_PLACE = ("event_date", "id", "rank")
_SHOWN = tuple(field.name for field in fields(TimelineEvent))


def _timeline() -> tuple[str, tuple[object, ...]]:
    """The API's own SELECT without the actor, and what it is given besides the client for everything."""
    given = {
        "types": list(EventType), "since": queries.EARLIEST, "until": queries.LATEST, "limit": _EVENTS + 1,
        **{f"before_{name}": value for name, value in queries.FIRST_PLACE.items()},
    }  # fmt: skip
    names = ["workspace", "", "", "", "client_id", *given]
    select = select_text(queries.SHOWN.select)
    sql = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found.group(1)) + 1}", select)
    return (
        f"WITH hit AS ({sql}), event AS (INSERT INTO audit_events"
        " (workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix)"
        " SELECT $1::uuid, $2::uuid, $3::uuid, 'timeline.read', 'timeline', $5::uuid, $4::uuid,"
        " '127.0.0.0/24' FROM hit LIMIT 1) SELECT * FROM hit"
    ), tuple(given.values())


_TIMELINE, _EVERYTHING = _timeline()


def _save_sql(names: tuple[str, ...]) -> str:
    if names not in _save:
        sets = ", ".join(f"{name} = ${6 + at}::bytea" for at, name in enumerate(names))
        _save[names] = (
            f"WITH hit AS (UPDATE sessions SET {sets}, version = version + 1, updated_at = now()"
            " WHERE workspace_id = $1::uuid AND id = $5::uuid AND status = 'draft'"
            f" RETURNING {_NOTE}), {_event('update', '$5::uuid', 'FROM hit')} SELECT * FROM hit"
        )
    return _save[names]


@dataclass(slots=True)
class Practice:
    """A workspace's key and owner, read once at the start."""

    workspace_id: UUID
    user_id: UUID
    key: AESGCM

    def opened(self, record: Any) -> dict[str, Any]:
        note = dict(record)
        bound = self.workspace_id.bytes + note["id"].bytes
        for name, place in _PLACES:
            if (sealed := note[name]) is not None:
                plain = self.key.decrypt(sealed[5:17], sealed[17:], sealed[:5] + bound + place)
                note[name] = plain.decode()
        return note

    def event(self, record: Any) -> dict[str, Any]:
        event = {name: record[name] for name in _SHOWN}
        for name, row in (("title", "plan_id"), ("description", "id")):
            if (sealed := record[name]) is not None:
                place = record[f"{name}_place"].encode()
                bound = sealed[:5] + self.workspace_id.bytes + record[row].bytes + place
                event[name] = self.key.decrypt(sealed[5:17], sealed[17:], bound).decode()
        event["title"] = record["service_name"] or event["title"]
        if event["description"] and len(event["description"]) > BEGINNING:
            event["description"] = f"{event['description'][:BEGINNING].rstrip()}…"
        return event

    def sealed(self, text: str, name: str, row: UUID) -> bytes:
        nonce = os.urandom(12)
        bound = _HEADER + self.workspace_id.bytes + row.bytes + f"sessions.{name}".encode()
        return _HEADER + nonce + self.key.encrypt(nonce, text.encode(), bound)


def _json(value: object) -> Response:
    body = orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)
    return Response(body, media_type="application/json")


def _of(request: Request) -> tuple[Any, Practice]:
    state = request.app.state
    return state.pool, state.practices[request.path_params["workspace"]]


async def read(request: Request) -> Response:
    """One note, and who read it."""
    pool, practice = _of(request)
    row = UUID(request.path_params["id"])
    who = (practice.workspace_id, new_id(), practice.user_id, new_id())
    return _json(practice.opened(await pool.fetchrow(_READ, *who, row)))


async def read_unrecorded(request: Request) -> Response:
    """One note without its audit row."""
    pool, practice = _of(request)
    row = UUID(request.path_params["id"])
    return _json(practice.opened(await pool.fetchrow(_READ_UNRECORDED, practice.workspace_id, row)))


async def save(request: Request) -> Response:
    """Autosave of the fields that were sent; answers the whole note."""
    pool, practice = _of(request)
    row = UUID(request.path_params["id"])
    body = orjson.loads(await request.body())
    sealed = [practice.sealed(text, name, row) for name, text in body.items()]
    who = (practice.workspace_id, new_id(), practice.user_id, new_id())
    record = await pool.fetchrow(_save_sql(tuple(body)), *who, row, *sealed)
    return _json(practice.opened(record))


async def of_client(request: Request) -> Response:
    """A client's newest notes with text."""
    pool, practice = _of(request)
    client = UUID(request.path_params["id"])
    who = (practice.workspace_id, new_id(), practice.user_id, new_id())
    records = await pool.fetch(_OF_CLIENT, *who, client)
    return _page([practice.opened(record) for record in records])


async def timeline(request: Request) -> Response:
    """A client's newest events of every kind, by the very statement the API sends."""
    pool, practice = _of(request)
    client = UUID(request.path_params["id"])
    who = (practice.workspace_id, new_id(), practice.user_id, new_id())
    records = await pool.fetch(_TIMELINE, *who, client, *_EVERYTHING)
    events = [practice.event(record) for record in records[:_EVENTS] if record["id"] is not None]
    after = [records[_EVENTS - 1][name] for name in _PLACE] if len(records) > _EVENTS else None
    return _json(
        {
            "client_id": client,
            "events": events,
            "total_events": records[0]["total"],
            "next_before": after and str(after),
        }
    )


async def newest(request: Request) -> Response:
    """The workspace's newest notes without text."""
    pool, practice = _of(request)
    who = (practice.workspace_id, new_id(), practice.user_id, new_id())
    return _page([dict(record) for record in await pool.fetch(_NEWEST, *who)])


def _page(rows: list[dict[str, Any]]) -> Response:
    totals = [row.pop("total") for row in rows]
    items = rows[:LIMIT]
    cursor = f"{items[-1]['session_date']},{items[-1]['id']}" if len(rows) > LIMIT else None
    return _json({"items": items, "total": totals[0], "next_cursor": cursor})


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    # As ours: as many connections, nothing to reset between uses, and a quiet collector.
    async with asyncpg.create_pool(
        os.environ[DSN],
        min_size=2,
        max_size=6,
        reset=_nothing,
        max_inactive_connection_lifetime=0,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
    ) as pool:
        app.state.pool = pool
        app.state.practices = await _practices(pool)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 50)
        yield


async def _nothing(_connection: object) -> None:
    pass


async def _practices(pool: Any) -> dict[str, Practice]:
    wrapping = AESGCM(b64decode(os.environ["PAZPAZ_ENCRYPTION_KEY"]))
    tree = ErasureFile(Path(os.environ["PAZPAZ_ERASURE_KEY_FILE"])).key()
    found: dict[str, Practice] = {}
    for workspace, user, wrapped in await pool.fetch(
        "SELECT k.workspace_id, u.id, k.wrapped FROM workspace_keys AS k"
        " JOIN users AS u USING (workspace_id) WHERE k.number = 1"
    ):
        bound = b"pazpaz-data-key" + workspace.bytes + (1).to_bytes(4, "big")
        inner = wrapping.decrypt(wrapped[:12], wrapped[12:], bound)
        key = AESGCM(AESGCM(tree.secret_of(workspace)).decrypt(inner[:12], inner[12:], bound))
        found[str(workspace)] = Practice(workspace, user, key)
    return found


def served() -> Starlette:
    """For `uvicorn bench.bare:served --factory`."""
    routes = [
        Route("/{workspace}/sessions/{id}", read, methods=["GET"]),
        Route("/{workspace}/sessions/{id}", save, methods=["PUT"]),
        Route("/{workspace}/unrecorded/{id}", read_unrecorded),
        Route("/{workspace}/clients/{id}/sessions", of_client),
        Route("/{workspace}/sessions", newest),
        Route("/{workspace}/clients/{id}/timeline", timeline),
    ]
    return Starlette(routes=routes, lifespan=_lifespan)
