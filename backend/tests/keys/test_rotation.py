"""Rotating keys from the command line, in the whole house: stopped at any moment, it goes on."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretBytes, SecretStr
from typer.testing import CliRunner

from pazpaz.cli import keys as command
from pazpaz.cli.errors import CliError
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.key_providers import KeyRefusedError, kek_id_of
from pazpaz.core.process.resources import Resources, opened
from pazpaz.core.work import rotation
from tests.e2e.running import environment, pazpaz
from tests.keys.house import House, drained, renewed
from tests.keys.vault import TOKEN, VaultServer
from tests.support.practice import Practice, open_practice

NEW_KEY = os.urandom(32)


@pytest.fixture
async def practice(house: House) -> AsyncIterator[Practice]:
    """A fresh workspace in the house."""
    practice = await open_practice(house.app)
    async with practice.http:
        yield practice


def with_keys(settings: Settings, first: bytes, *others: bytes) -> Settings:
    """The same settings with other key-encryption keys."""
    return settings.model_copy(
        update={
            "encryption_key": SecretBytes(first),
            "encryption_other_keys": tuple(SecretBytes(key) for key in others),
        }
    )


async def opens(settings: Settings, workspace_id: UUID) -> bool:
    """Whether a process with these settings opens the workspace's keys."""
    async with opened(settings, name="other") as other:
        try:
            return bool(await other.keys.open(workspace_id))
        except KeyRefusedError:
            return False


async def test_data_keys_are_wrapped_anew(house: House, practice: Practice) -> None:
    """Before, the old key opens; during, a process with both serves; after, the new key alone opens. Twice is once."""
    note = await practice.make_session(plan="x")
    old_key = house.settings.encryption_key
    assert old_key
    old, new = old_key.get_secret_value(), NEW_KEY
    both = with_keys(house.settings, new, old)
    assert not await opens(with_keys(house.settings, new), practice.workspace_id)
    async with opened(both, name="rotating") as resources:
        step = await drained(rotation.rewrap(resources))
        assert (step.done > 0, step.failed) == (True, 0)
        assert (await drained(rotation.rewrap(resources))).done == 0
    assert await opens(with_keys(house.settings, new), practice.workspace_id)
    assert not await opens(with_keys(house.settings, old), practice.workspace_id)
    ids = await house.referee.fetch("SELECT DISTINCT kek_id FROM workspace_keys")
    assert [row["kek_id"] for row in ids] == [kek_id_of(new)]
    async with opened(with_keys(house.settings, old, new), name="back") as resources:
        await drained(rotation.rewrap(resources))
    house.resources.keys.forget(practice.workspace_id)
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "x"
    events = (await practice.get("/audit-events", params={"action": "workspace_key.rewrap"})).json()
    assert events["total"] == 2


async def test_requests_go_on_meanwhile(house: House) -> None:
    """Sixty workspaces are wrapped back and forth while each is read without held keys: no read fails."""
    practices = [await open_practice(house.app) for _ in range(60)]
    old_key = house.settings.encryption_key
    assert old_key
    old = old_key.get_secret_value()
    done, refused = asyncio.Event(), []

    async def read(resources: Resources) -> None:
        while not done.is_set():
            for practice in practices:
                resources.keys.forget(practice.workspace_id)
                try:
                    await resources.keys.open(practice.workspace_id)
                except KeyRefusedError as error:
                    refused.append(error.cause)

    async with (
        opened(with_keys(house.settings, old, NEW_KEY), name="reader") as reader,
        opened(with_keys(house.settings, NEW_KEY, old), name="there") as there,
    ):
        reading = asyncio.ensure_future(read(reader))
        for _ in range(3):
            await drained(rotation.rewrap(there))
            await drained(rotation.rewrap(reader))
        done.set()
        await reading
    assert refused == []
    for practice in practices:
        await practice.http.aclose()


async def test_a_key_that_is_gone_is_counted(house: House, practice: Practice) -> None:
    """Data keys that no configured key opens are left as they are, and the rest is wrapped."""
    other = await open_practice(house.app)
    await other.http.aclose()
    await house.referee.execute(
        "UPDATE workspace_keys SET kek_id = 'gone' WHERE workspace_id = $1", practice.workspace_id
    )
    step = await drained(rotation.rewrap(house.resources))
    assert (step.failed, "gone" in step.cause) == (1, True)
    await house.referee.execute("DELETE FROM workspace_keys WHERE kek_id = 'gone'")


async def test_moving_to_vault_and_back(house: House, practice: Practice) -> None:
    """With both configured, everything moves to Vault; there a process without the local key reads; and back."""
    note = await practice.make_session(plan="x")
    with VaultServer() as server:
        vault = {"key_provider": "vault", "vault_url": server.url, "vault_token": SecretStr(TOKEN)}
        both = house.settings.model_copy(update=vault)
        alone = house.settings.model_copy(update={**vault, "encryption_key": None})
        async with opened(both, name="moving") as resources:
            assert (await drained(rotation.rewrap(resources))).failed == 0
        ids = await house.referee.fetch("SELECT DISTINCT kek_id FROM workspace_keys")
        assert [row["kek_id"] for row in ids] == ["vault:transit/pazpaz:v1"]
        assert await opens(alone, practice.workspace_id)
        assert not await opens(house.settings, practice.workspace_id)
        server.transit.rotate("pazpaz")
        async with opened(alone, name="newer") as resources:
            await drained(rotation.rewrap(resources))
        ids = await house.referee.fetch("SELECT DISTINCT kek_id FROM workspace_keys")
        assert [row["kek_id"] for row in ids] == ["vault:transit/pazpaz:v2"]
        back = house.settings.model_copy(update={**vault, "key_provider": "local"})
        async with opened(back, name="back") as resources:
            await drained(rotation.rewrap(resources))
    house.resources.keys.forget(practice.workspace_id)
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "x"


def rotate(house: House, folder: Path, workspace_id: UUID) -> "subprocess.Popen[str]":
    """`pazpaz keys rotate --data` of one workspace, as its own process."""
    words = ("keys", "rotate", "--data", "--workspace", str(workspace_id))
    return subprocess.Popen(
        [sys.executable, "-m", "pazpaz", *words],
        cwd=folder,
        env=environment(folder, **house.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def sealed_anew(house: House, workspace_id: UUID) -> int:
    """How many notes have the second number, or -1 before there is one."""
    if not await house.referee.fetchval(
        "SELECT count(*) FROM workspace_keys WHERE workspace_id = $1 AND number = 2", workspace_id
    ):
        return -1
    found: int = await house.referee.fetchval(
        "SELECT count(*) FROM sessions WHERE workspace_id = $1"
        " AND substring(plan FROM 2 FOR 4) = '\\x00000002'::bytea",
        workspace_id,
    )
    return found


async def test_it_survives_kills(house: House, practice: Practice, tmp_path: Path) -> None:
    """Killed (`kill -9`) once the key is made, and twice amid the rows, it goes on; then all opens by the new key."""
    notes, workspace_id = 300, practice.workspace_id
    first = await practice.make_session(subjective="s", objective="o", assessment="a", plan="p")
    await house.fill(workspace_id, UUID(first["id"]), notes)
    plain, rest = await house.plain(workspace_id), await house.rest(workspace_id)
    seen = []
    for wanted in (0, 1, 101):
        process = rotate(house, tmp_path, workspace_id)
        while (count := await sealed_anew(house, workspace_id)) < wanted:
            assert process.poll() is None, process.communicate()
            await asyncio.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.append(count)
        assert await house.plain(workspace_id) == plain
    assert seen[0] <= seen[1] <= seen[2] <= notes + 1
    await house.age_keys(workspace_id)
    process = rotate(house, tmp_path, workspace_id)
    out, err = await asyncio.to_thread(process.communicate, timeout=30)
    assert (process.returncode, "1 workspace finished" in out) == (0, True), out + err
    assert await house.plain(workspace_id) == plain
    assert await house.rest(workspace_id) == rest
    assert await house.numbers(workspace_id) == {"sessions": {2}, "clients": {2}}
    assert await rotation.unfinished(house.resources, workspace_id) == []


async def test_ctrl_c_says_how_to_go_on(house: House, practice: Practice, tmp_path: Path) -> None:
    """Stopped while it waits for other processes, it says that the same command goes on."""
    process = rotate(house, tmp_path, practice.workspace_id)
    while await sealed_anew(house, practice.workspace_id) < 0:
        assert process.poll() is None, process.communicate()
        await asyncio.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in err


async def test_a_lost_ctrl_c_is_heeded() -> None:
    """Ctrl-C at the instant in which what is awaited ends may be swallowed by a library; the next step ends for it."""

    async def steps() -> AsyncIterator[rotation.Step]:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(30)
        yield rotation.Step(1, 0)
        yield rotation.Step(1, 0)

    task = asyncio.create_task(command._shown("steps", None, steps()))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_status_shows_how_far_it_is(house: House, practice: Practice, tmp_path: Path) -> None:
    """Which key wraps, how many data keys, which numbers, what is left; no secret."""
    await renewed(house.resources, practice.workspace_id)
    done = await asyncio.to_thread(pazpaz, tmp_path, "keys", "status", **house.environment)
    key = house.settings.encryption_key
    assert key
    assert f"wrapping now: {kek_id_of(key.get_secret_value())}" in done.stdout
    assert "not sealed anew yet: pazpaz keys rotate --data goes on" in done.stdout
    assert house.resources.keys.erasure.key().id in done.stdout
    assert b64encode(key.get_secret_value()).decode() not in done.stdout + done.stderr


def on(*words: str) -> str:
    """What a command prints; its error is raised."""
    done = CliRunner().invoke(command.keys, words)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_init_makes_private_files(tmp_path: Path) -> None:
    """Two files of its owner's alone, and the settings that name them; a second time it makes none."""
    folder = tmp_path / "made"
    assert on("init", str(folder)).splitlines() == [
        f"PAZPAZ_ENCRYPTION_KEY_FILE={folder / command.ENCRYPTION_FILE}",
        f"PAZPAZ_ERASURE_KEY_FILE={folder / command.ERASURE_FILE}",
    ]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CliError, match="is not written over"):
        on("init", str(folder))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", [command.ENCRYPTION_FILE, command.ERASURE_FILE])
def test_init_writes_nothing_over(tmp_path: Path, name: str) -> None:
    """With either file there, neither is made, and the one that is there stays."""
    (tmp_path / name).write_text("mine")
    with pytest.raises(CliError, match=name):
        on("init", str(tmp_path))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: "mine"}


def test_init_can_print() -> None:
    """A line for the environment, with another key each time."""
    lines = {on("init", "--print") for _ in range(2)}
    assert len(lines) == 2
    assert all(line.startswith("PAZPAZ_ENCRYPTION_KEY=") for line in lines)


def test_a_workspace_is_for_data_keys() -> None:
    """--workspace without --data is refused before anything is done."""
    with pytest.raises(CliError, match="--workspace is for --data"):
        on("rotate", "--workspace", str(new_id()))
