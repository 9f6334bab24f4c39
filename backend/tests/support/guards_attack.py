"""The attack on one operation as another workspace's owner, and what a stranger can tell from the answers."""

import io
import json
import re
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.http.deps import COOKIE
from tests.accounts.cases import ask_link, sign_in
from tests.support.case import NOBODY, Call, Ids, Operation, Try
from tests.support.guards_cases import CASES, kinds_for
from tests.support.guards_stock import stock
from tests.support.practice import browser, open_practice

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Attacker:
    """What another practice owns, and the credentials of its owner, besides none at all."""

    own: dict[str, str]
    credentials: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Arena:
    """An application, its victim with everything a practice can own, one who only looks, and a referee past RLS."""

    app: FastAPI
    http: httpx.AsyncClient
    referee: Any
    victim: dict[str, str]
    looker: Attacker


async def arena(app: FastAPI, referee: "asyncpg.Connection[Any]") -> Arena:
    """A victim whose every text holds a word that occurs nowhere else."""
    practice = await open_practice(app, name="Victim")
    victim = await stock(app, practice, f"kanarit{new_id().hex}")
    for path in ("/clients", "/appointments", "/sessions", "/plans", "/members", "/audit-events"):
        page = await practice.get(path, params={"limit": 1})
        victim[f"cursor of {path}"] = page.json()["next_cursor"] or ""
    await practice.http.aclose()
    return Arena(app, browser(app), referee, victim, await _attacker(app))


async def _attacker(app: FastAPI, operation: Operation | None = None) -> Attacker:
    """With everything, or with what the attack on one operation needs."""
    practice = await open_practice(app, name="Attacker")
    mark = f"attacker{new_id().hex}"
    kinds = None
    if (
        operation and not CASES[operation].tells
    ):  # which ids one has asked for: who has asked for none yet tries it
        kinds = kinds_for(operation, CASES[operation].tries)
    own = await stock(app, practice, mark, kinds)
    link, cookie = await ask_link(app, practice.email)
    own |= {f"own {kind}": value for kind, value in own.items()}
    own |= {"own link": link, "own browser": cookie, "own device": str(new_id())}
    credentials = {
        "API token": {"token": practice.token},
        "cookie": {"cookie": await sign_in(app, practice)},
        "nobody": {},
    }
    await practice.http.aclose()
    return Attacker(own, credentials)


def unknown(ids: Ids) -> dict[str, str]:
    """The same, but every id and word of it is one that nobody has."""

    def other(kind: str, value: str) -> str:
        if kind.startswith("cursor"):
            place = urlsafe_b64decode(value).decode()
            return urlsafe_b64encode(_UUID.sub(_alike, place).encode()).decode()
        if _UUID.search(value):
            return _UUID.sub(_alike, value)
        return new_id().hex

    return {kind: other(kind, value) for kind, value in ids.items()}


def _alike(found: re.Match[str]) -> str:
    """A random UUIDv7 of the same millisecond, so that it sorts where the other does."""
    return str(UUID(found.group(0)[:15] + str(new_id())[15:]))


async def rows_of(referee: "asyncpg.Connection[Any]", workspace_id: str) -> dict[str, list[str]]:
    """Every row of the workspace in every table, with the transaction that wrote it."""
    tables = await referee.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p') AND a.attname = 'workspace_id' ORDER BY 1"
    )
    every = " UNION ALL ".join(
        f"SELECT '{name}' AS name, xmin::text || ' ' || t::text AS text FROM \"{name}\" AS t WHERE workspace_id = $1"
        for (name,) in tables
    )
    found: dict[str, list[str]] = {name: [] for (name,) in tables}
    for name, text in await referee.fetch(f"{every} ORDER BY 2", UUID(workspace_id)):
        found[name].append(text)
    return found


def seen(answer: httpx.Response, volatile: tuple[str, ...]) -> tuple[object, ...]:
    """All a stranger can compare: status, headers, body; without what differs in every answer."""
    hidden = {"x-request-id", "date", "ratelimit"}  # the last counts the caller's own requests
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in hidden)
    if volatile:  # what differs may also be longer: a total of 100 after one of 99
        headers = [(k, re.sub(r"=[\w-]{43};", "=…;", v)) for k, v in headers if k != "content-length"]
    body: Any = answer.text
    if "json" in answer.headers.get("content-type", ""):
        body = answer.json()
        for name in ("instance", *volatile):
            body.pop(name, None)
        body = json.dumps(body)
    return answer.status_code, headers, body


def unpacked(archive: bytes) -> str:
    """Everything in a ZIP, file names included."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        return "".join(f"{name} {found.read(name).decode('latin-1')}" for name in found.namelist())


def shown(answer: httpx.Response, victim: Ids) -> list[str]:
    """What of the victim the answer holds."""
    body = unpacked(answer.content) if answer.content.startswith(b"PK") else answer.text
    text = f"{answer.headers} {body}".casefold()
    return [
        kind
        for kind, value in victim.items()
        if value and (value.casefold() in text or value.replace("-", "").casefold() in text)
    ]


async def attacker(arena: Arena, operation: Operation) -> Attacker:
    """Who attacks it: one of all who only look, or one for this operation alone."""
    looks = CASES[operation].is_read and not CASES[operation].tells
    return arena.looker if looks else await _attacker(arena.app, operation)


async def leaks(arena: Arena, operation: Operation, who: Attacker | None = None) -> list[str]:
    """Everything an attack on one operation finds out or changes; nothing, when it is safe."""
    who = who or await attacker(arena, operation)
    before = await rows_of(arena.referee, arena.victim["workspace"])
    found = []
    for name, credential in who.credentials.items():
        problems = await _attack(arena, operation, who.own, credential)
        found += [f"as {name}: {problem}" for problem in problems]
    if not found:
        found += await _control(arena, operation, who)
    after = await rows_of(arena.referee, arena.victim["workspace"])
    found += [f"rows of {name} changed" for name in before if before[name] != after[name]]
    return found


async def _attack(arena: Arena, operation: Operation, own: Ids, credential: dict[str, str]) -> list[str]:
    """With foreign ids and with unknown ones, by one credential."""
    case, kept = CASES[operation], {kind: value for kind, value in own.items() if kind.startswith("own ")}
    foreign = case.tries({**arena.victim, **kept})
    nobodys = case.tries({**unknown(arena.victim), **kept})
    found: list[str] = []
    for theirs, nobody in zip(foreign, nobodys, strict=True):
        answer = await _send(arena, theirs.call, credential)
        seen_of_victim = [kind for kind in shown(answer, arena.victim) if kind not in theirs.echoed]
        found += [f"{_name(theirs)} shows the {kind}" for kind in seen_of_victim]
        found += _unexpected(theirs, answer, known=bool(credential) or case.may == NOBODY)
        if theirs.call == nobody.call:
            continue
        other = await _send(arena, nobody.call, credential)
        if seen(answer, theirs.volatile) != seen(other, theirs.volatile):
            found.append(f"{_name(theirs)} tells a foreign id from an unknown one")
    return found


def _unexpected(tried: Try, answer: httpx.Response, *, known: bool) -> list[str]:
    status = answer.status_code
    if not known:
        return [] if status == 401 else [f"{_name(tried)} answers {status} to nobody"]
    right = answer.is_success if tried.status == 200 else status == tried.status
    if not right:
        return [f"{_name(tried)} answers {status}, not {tried.status}"]
    if tried.total is not None and answer.json()["total"] != tried.total:
        return [f"{_name(tried)} counts {answer.json()['total']} foreign rows"]
    return []


async def _control(arena: Arena, operation: Operation, who: Attacker) -> list[str]:
    """The same requests with the attacker's own ids find something: the attack aimed at the right place."""
    kept = {kind: value for kind, value in who.own.items() if kind.startswith("own ")}
    found, token, case = [], who.credentials["API token"], CASES[operation]
    nobodys = case.tries({**unknown(arena.victim), **kept})
    for mine, theirs in zip(case.tries({**arena.victim, **who.own}), nobodys, strict=True):
        if not mine.control:
            continue
        hit = await _send(arena, mine.call, token)
        missed = await _send(arena, theirs.call, token)
        if (hit.status_code, hit.text) == (missed.status_code, missed.text) or hit.status_code == 404:
            found.append(f"{_name(mine)} does not find the caller's own {hit.status_code}")
    return found


async def _send(arena: Arena, call: Call, credential: dict[str, str]) -> httpx.Response:
    cookies = {**call.cookies, **({COOKIE: credential["cookie"]} if "cookie" in credential else {})}
    call = Call(call.method, call.path, call.json, call.params, cookies, call.files)
    headers = {"Authorization": f"Bearer {credential['token']}"} if "token" in credential else {}
    return await call.send(arena.http, **headers)


def _name(tried: Try) -> str:
    path = _UUID.sub("{id}", tried.call.path)
    names = [*tried.call.params, *(tried.call.json if isinstance(tried.call.json, dict) else ())]
    return f"{tried.call.method} {path} ({', '.join(names)})"
