"""The reference client: its file, what it sends, and what it says."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pazpaz.cli.app import app, main
from pazpaz.core.base.ids import new_id
from pazpaz.syncclient.client import Client
from pazpaz.syncclient.errors import SyncClientError, UnreachableError
from pazpaz.syncclient.sealed import Key, SealedFile
from pazpaz.syncclient.server import Server
from tests.support.practice import Practice
from tests.support.served import served

WORD = "קנרית־kanarit"
NOWHERE = Server("http://127.0.0.1:9", "x")


@pytest.fixture
def file(tmp_path: Path) -> SealedFile:
    """A file of notes with a key of its own."""
    return SealedFile(tmp_path / "notes.sealed", Key.of_file(tmp_path / "key"))


@pytest.fixture
def address(database: str, tmp_path: Path) -> Iterator[str]:
    """Where a real server is."""
    with served(database, tmp_path / "api.log") as found:
        yield found


def test_the_file_tells_nothing(file: SealedFile) -> None:
    """Neither text nor ids are in it, and only its owner may read it and its key."""
    appointment = str(new_id())
    Client(file).write(appointment, {"plan": WORD})
    raw = file.path.read_bytes()
    assert WORD.encode() not in raw
    assert appointment.encode() not in raw
    assert [path.stat().st_mode & 0o777 for path in (file.path, file.path.parent / "key")] == [0o600] * 2


def test_another_key_does_not_open_it(file: SealedFile, tmp_path: Path) -> None:
    """Another key file, a passphrase, and a changed byte are refused in one line."""
    Client(file).write(str(new_id()), {"plan": WORD})
    for key in (Key.of_file(tmp_path / "other"), Key.of_passphrase("secret")):
        with pytest.raises(SyncClientError, match="does not open: wrong passphrase or key file"):
            Client(SealedFile(file.path, key)).notes()
    raw = bytearray(file.path.read_bytes())
    raw[-1] ^= 1
    file.path.write_bytes(raw)
    with pytest.raises(SyncClientError, match="does not open"):
        Client(file).notes()


def test_a_key_that_others_read_is_refused(tmp_path: Path) -> None:
    """Its mode must be 600."""
    (tmp_path / "key").write_bytes(os.urandom(32))
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(SyncClientError, match="readable by others: chmod 600 it"):
        Key.of_file(tmp_path / "key")


def test_a_passphrase_opens_it_again(tmp_path: Path) -> None:
    """The same passphrase in another process, and no other."""
    path = tmp_path / "notes.sealed"
    Client(SealedFile(path, Key.of_passphrase("סיסמה"))).write("a", {"plan": WORD})
    assert Client(SealedFile(path, Key.of_passphrase("סיסמה"))).notes()[0].texts == {"plan": WORD}
    with pytest.raises(SyncClientError):
        Client(SealedFile(path, Key.of_passphrase("סיסמא"))).notes()


def test_without_a_server_notes_wait(file: SealedFile) -> None:
    """Sending says so in one line, and nothing is gone."""
    client = Client(file)
    client.write("a", {"plan": "1"})
    client.write("a", {"subjective": "2"})
    with pytest.raises(UnreachableError, match="does not answer: the notes are kept here"):
        client.send(NOWHERE)
    assert [(note.state, note.texts) for note in client.notes()] == [
        ("waiting", {"plan": "1", "subjective": "2"})
    ]


async def test_notes_are_sent_and_gone_on_with(practice: Practice, address: str, file: SealedFile) -> None:
    """What was written offline is the server's; what others wrote meanwhile is merged and taken over."""
    client, server = Client(file), Server(address, practice.token)
    appointment = (await practice.make_appointment())["id"]
    client.write(appointment, {"plan": "offline 🙂", "subjective": "s"})
    assert await asyncio.to_thread(client.send, server) == {"created": 1}
    assert await asyncio.to_thread(client.send, server) == {}
    (note,) = client.notes()
    await practice.put(f"/sessions/{note.session_id}", {"plan": "online"})
    client.write(appointment, {"subjective": "s, later"})
    assert await asyncio.to_thread(client.send, server) == {"updated": 1}
    (note,) = client.notes()
    assert (note.texts["plan"], note.base_version, note.state) == ("online", 3, "sent")
    now = (await practice.get(f"/sessions/{note.session_id}")).json()
    assert (now["plan"], now["subjective"]) == ("online", "s, later")


async def test_long_and_wrong_notes(practice: Practice, address: str, file: SealedFile) -> None:
    """Long notes go in their own batches, and what the server rejects stays here with the reason."""
    client = Client(file)
    for number in range(3):
        client.write(str(new_id()), {"plan": str(number)})
    long = dict.fromkeys(("subjective", "objective", "assessment", "plan"), "א" * 20_000)
    client.write(str(new_id()), long)
    client.write(str(new_id()), {"plan": "x" * 20_001})
    counts = await asyncio.to_thread(client.send, Server(address, practice.token))
    assert counts == {"conflict": 4, "rejected": 1}
    assert (await practice.get("/sessions/conflicts")).json()["total"] == 4
    assert [note.state for note in client.notes()][-1] == "rejected: plan has more than 20000 characters"


async def test_the_command(practice: Practice, address: str, tmp_path: Path) -> None:
    """`note`, `list`, `send` and `conflicts` say in a line what happened."""
    environment = {
        "PAZPAZ_SYNC_STORE": str(tmp_path / "notes.sealed"), "PAZPAZ_SYNC_KEY_FILE": str(tmp_path / "key"),
        "PAZPAZ_SYNC_SERVER": address, "PAZPAZ_TOKEN": practice.token,
    }  # fmt: skip

    async def run(*arguments: str, text: str = "") -> str:
        done = await asyncio.to_thread(
            CliRunner().invoke, app, ["sync-client", *arguments], input=text, env=environment
        )
        assert done.exit_code == 0, done.output
        return str(done.output)

    note = await practice.make_session(plan="online")
    assert "no notes yet" in await run("list")
    said = await run("note", note["appointment_id"], "--plan", "-", text="offline 🙂")
    assert said.startswith("kept as ")
    assert (await run("list")).rstrip().endswith("waiting")
    assert (await run("send")).startswith("1 conflict\n")
    assert (await run("list")).rstrip().endswith("conflict")
    said = await run("conflicts")
    assert "session-exists" in said
    assert "device: offline 🙂" in said
    assert "server: online" in said


REFUSALS: dict[str, tuple[list[str], dict[str, str]]] = {
    "nothing to write": (["note", str(new_id())], {}),
    "does not answer: the notes are kept here, send them later": (["send"], {"PAZPAZ_TOKEN": "x"}),
    "no API token: give --token or PAZPAZ_TOKEN": (["send"], {}),
    "must begin with http:// or https://": (["send", "--server", "file:///etc"], {"PAZPAZ_TOKEN": "x"}),
    "is no file of notes": (["list", "--store", __file__], {}),
}


@pytest.mark.parametrize("said", REFUSALS)
def test_an_error_is_one_line(
    tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cause and the remedy, and a non-zero exit."""
    arguments, more = REFUSALS[said]
    Client(SealedFile(tmp_path / "notes.sealed", Key.of_file(tmp_path / "key"))).write("a", {"plan": "x"})
    here = {"STORE": tmp_path / "notes.sealed", "KEY_FILE": tmp_path / "key", "SERVER": NOWHERE.address}
    for name, value in here.items():
        monkeypatch.setenv(f"PAZPAZ_SYNC_{name}", str(value))
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["pazpaz", "sync-client", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    lines = capsys.readouterr().err.splitlines()
    assert (ended.value.code, len(lines)) == (1, 1)
    assert said in lines[0]


async def test_a_wrong_token_is_said(practice: Practice, address: str, file: SealedFile) -> None:
    """The remedy is a new one, and the notes wait."""
    client = Client(file)
    client.write(str(new_id()), {"plan": "x"})
    with pytest.raises(
        SyncClientError, match=r"refuses the token \(401\): make one with pazpaz token create"
    ):
        await asyncio.to_thread(client.send, Server(address, "wrong"))
    assert client.notes()[0].state == "waiting"
