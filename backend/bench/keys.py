"""What encryption costs, and rotating the keys of ten thousand workspaces beside a reader (E1, E4).

    ./dev bench keys [--workspaces 10000] [--rounds 20]

E1 is the CPU of opening a page of 100 notes with four fields of 2 KB, the best and the median of so many rounds; and
of the first look at a workspace, with its secret of the erasure key. E4 wraps every data key anew while a reader asks
the API for notes without held keys, and then gives the same workspaces new data keys.
"""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from pydantic import SecretBytes

from bench.say import say
from bench.stage import UNLIMITED, account, begin_note, options, stage
from pazpaz.core.base import logging
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import WorkspaceCipher
from pazpaz.core.db.entity import place_of
from pazpaz.core.process.resources import Resources, opened
from pazpaz.core.work import rotation
from pazpaz.main import create_app
from pazpaz.sessions.models import sessions

FIELDS = ("subjective", "objective", "assessment", "plan")
READ = 20  # practices that the reader looks at


def open_a_page(rounds: int) -> None:
    """E1: opening alone."""
    workspace_id = new_id()
    cipher = WorkspaceCipher(workspace_id, {1: os.urandom(32)})
    places = [place_of(sessions.c[name]) for name in FIELDS]
    rows = [new_id() for _ in range(100)]
    page = [(row, [cipher.seal("x" * 2048, "text", place, row) for place in places]) for row in rows]
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        for row, fields in page:
            for place, sealed in zip(places, fields, strict=True):
                cipher.open(sealed, "text", place, row)
        spent.append(1000 * (time.process_time() - began))
    say(
        f"E1  100 notes x 4 fields of 2 KB opened: {min(spent):.2f} ms CPU at best,"
        f" {statistics.median(spent):.2f} ms at the median"
    )


async def open_a_workspace(resources: Resources, workspace_id: UUID, rounds: int) -> None:
    """What the first request of a minute pays."""
    spent = []
    for _ in range(rounds):
        resources.keys.forget(workspace_id)
        began = time.process_time()
        await resources.keys.open(workspace_id)
        spent.append(1000 * (time.process_time() - began))
    say(f"    a workspace's keys read, unwrapped and unsealed: {statistics.median(spent):.2f} ms CPU")


async def fill(resources: Resources, connection: Any, workspaces: int) -> None:
    """Workspaces with a wrapped data key, and nothing else."""
    ids = [new_id() for _ in range(workspaces)]
    keys = [await resources.keys.new_wrapped(workspace_id, 1) for workspace_id in ids]
    await connection.copy_records_to_table(
        "workspaces",
        columns=["workspace_id", "id", "name", "timezone", "locale"],
        records=[(i, i, "w", "Asia/Jerusalem", "he") for i in ids],
    )
    await connection.copy_records_to_table(
        "workspace_keys",
        columns=["workspace_id", "id", "number", "wrapped", "kek_id", "erasure_id"],
        records=[
            (i, new_id(), 1, key.wrapped, key.kek_id, key.erasure_id)
            for i, key in zip(ids, keys, strict=True)
        ],
    )


async def practice(resources: Resources, http: httpx.AsyncClient) -> tuple[UUID, str, str]:
    """A workspace with a note: its id, its token, the note's path."""
    made = await account(resources)
    note = await begin_note(http, {"Authorization": f"Bearer {made.token}"})
    return made.workspace_id, made.token, note


class Reader:
    """Asks for notes, one after the other, each time without held keys."""

    def __init__(self, app: FastAPI, http: httpx.AsyncClient, read: list[tuple[UUID, str, str]]) -> None:
        self._resources: Resources = app.state.resources
        self._http, self._read = http, read
        self.answered, self.failed, self.slowest = 0, 0, 0.0
        self.stopped = False

    async def run(self) -> None:
        chance = random.Random(1)
        while not self.stopped:
            workspace_id, token, path = chance.choice(self._read)
            self._resources.keys.forget(workspace_id)
            began = time.perf_counter()
            answer = await self._http.get(path, headers={"Authorization": f"Bearer {token}"})
            self.slowest = max(self.slowest, time.perf_counter() - began)
            self.answered += 1
            self.failed += answer.status_code != 200 or answer.json()["plan"] != "x"

    def say(self) -> None:
        say(
            f"    the reader meanwhile: {self.answered} notes, {self.failed} failed,"
            f" slowest {1000 * self.slowest:.0f} ms"
        )


async def beside(
    app: FastAPI, http: httpx.AsyncClient, read: list[tuple[UUID, str, str]], work: Awaitable[int]
) -> tuple[int, float]:
    """How many keys the work did, and its seconds, with a reader beside it."""
    reader = Reader(app, http, read)
    reading = asyncio.ensure_future(reader.run())
    began = time.perf_counter()
    done = await work
    seconds = time.perf_counter() - began
    reader.stopped = True
    await reading
    reader.say()
    return done, seconds


async def rotate(resources: Resources, name: str) -> int:
    steps = {"rewrap": rotation.rewrap, "renew": rotation.renew}[name](resources)
    return sum([step.done async for step in steps])


async def measure(settings: Settings, referee: Any, workspaces: int, rounds: int) -> None:
    key = settings.encryption_key
    assert key is not None
    new = SecretBytes(os.urandom(32))
    rotating = settings.model_copy(update={"encryption_key": new, "encryption_other_keys": (key,)})
    app = create_app(settings.model_copy(update={"encryption_other_keys": (new,)}))
    async with app.router.lifespan_context(app), opened(rotating, name="bench-rotating") as resources:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            read = [await practice(app.state.resources, http) for _ in range(READ)]
            await fill(app.state.resources, referee, workspaces - READ)
            await open_a_workspace(app.state.resources, read[0][0], rounds)
            for name, what in (("rewrap", "data keys wrapped anew"), ("renew", "new data keys made")):
                done, seconds = await beside(app, http, read, rotate(resources, name))
                say(f"E4  {workspaces} workspaces, {done} {what}: {seconds:.1f} s")


def main() -> None:
    said = options("keys", __doc__, workspaces=10_000, rounds=20)
    logging.configure("WARNING")
    open_a_page(said.rounds)
    quiet = {"PAZPAZ_PUBLIC_URL": "http://testserver", "PAZPAZ_ACCESS_LOG": "false"}
    with stage("postgres", "valkey", "s3", durable=False, settings=quiet | UNLIMITED) as here:
        here.run(lambda resources, r: measure(resources.settings, r, said.workspaces, said.rounds))


if __name__ == "__main__":
    main()
