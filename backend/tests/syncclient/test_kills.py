"""The reference client is killed at any moment, over and over: no note is lost, none is doubled."""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

from pazpaz.syncclient.client import Client
from pazpaz.syncclient.notes import LocalNote
from pazpaz.syncclient.sealed import Key, SealedFile
from pazpaz.syncclient.server import Server
from tests.support.lengths import length
from tests.support.practice import Practice
from tests.support.served import served

KILLS = int(os.environ.get("PAZPAZ_SYNC_KILLS", length(12, slow=200)))
DRIVER = Path(__file__).with_name("driver.py")


async def until_killed(chance: random.Random, command: list[str], said: list[str]) -> None:
    """Let it work for a random moment after its first note, then kill -9; keep what it said."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    said.append((await process.stdout.readline()).decode().rstrip("\n"))

    async def kill() -> None:
        await asyncio.sleep(chance.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)

    killing = asyncio.create_task(kill())
    rest = (await process.stdout.read()).decode()
    said += [line for line in rest.split("\n") if line]
    await killing
    assert await process.wait() == -signal.SIGKILL


def last_texts(said: list[str]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """By appointment: the last text that was kept, and what may have been kept after it."""
    kept: dict[str, str] = {}
    maybe: dict[str, set[str]] = {}
    for line in said:
        word, _, rest = line.partition(" ")
        appointment, _, text = rest.partition(" ")
        if word == "wrote":
            kept[appointment] = text
            maybe[appointment] = set()
        elif word == "writing":
            maybe.setdefault(appointment, set()).add(text)
    return kept, maybe


async def test_a_client_that_is_killed_loses_and_doubles_nothing(
    practice: Practice, database: str, tmp_path: Path
) -> None:
    """After each death it goes on from its file; in the end each appointment has one note with its last text."""
    seed = random.randrange(10**9)
    chance, said = random.Random(seed), list[str]()
    appointments = [(await practice.make_appointment())["id"] for _ in range(4)]
    store, key = tmp_path / "notes.sealed", tmp_path / "key"
    with served(database, tmp_path / "api.log") as address:
        for run in range(KILLS):
            there = address if chance.random() < 0.8 else "http://127.0.0.1:9"  # where nobody listens
            command = [sys.executable, str(DRIVER), str(store), str(key), there, practice.token]
            await until_killed(chance, [*command, str(run), *appointments], said)
        client = Client(SealedFile(store, Key.of_file(key)))
        await asyncio.to_thread(client.send, Server(address, practice.token))
    kept, maybe = last_texts(said)
    assert kept, f"seed {seed}"
    page = (await practice.get("/sessions", params={"include": "text", "limit": 100})).json()
    notes = {note["appointment_id"]: note for note in page["items"]}
    assert len(notes) == page["total"], f"doubled, seed {seed}"
    for appointment, text in kept.items():
        assert notes[appointment]["plan"] in {text} | maybe[appointment], f"lost, seed {seed}"
    assert (await practice.get("/sessions/conflicts")).json()["total"] == 0, f"seed {seed}"
    local: dict[str, LocalNote] = {note.appointment_id: note for note in client.notes()}
    assert {a: note.texts["plan"] for a, note in local.items()} == {a: n["plan"] for a, n in notes.items()}
    assert {note.state for note in local.values()} == {"sent"}
