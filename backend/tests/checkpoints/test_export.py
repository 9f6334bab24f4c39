"""The exported log is verified by itself; whatever is done to the file is found."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pazpaz.checkpoints import export, service
from pazpaz.checkpoints.checking import BrokenLogError
from pazpaz.checkpoints.checkpoint import NOTHING, Checkpoint
from pazpaz.checkpoints.lines import named_by
from tests.checkpoints.log import Log

EACH, CHECKPOINTS = 8, 3
LINES = 1 + CHECKPOINTS + EACH * CHECKPOINTS + 1  # head, checkpoints, events, end
EVENT = 1 + CHECKPOINTS + EACH + 2  # of the second checkpoint
NO_KEY: frozenset[bytes] = frozenset()
Lines = list[bytes]


def quiet(_done: int, _total: int) -> None:
    """Nobody looks."""


@pytest.fixture
async def file(log: Log, tmp_path: Path) -> Path:
    """Three checkpoints and their events."""
    for _ in range(CHECKPOINTS):
        await log.fill(EACH)
        await log.checkpoint()
    path = tmp_path / "audit.export"
    await write(log, path)
    return path


def lines_of(path: Path) -> Lines:
    return path.read_bytes().splitlines()


def put(path: Path, lines: Lines) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


async def write(log: Log, path: Path) -> None:
    key, trusted = service.signing_key(log.settings), service.trusted_keys(log.settings)
    output = BytesIO()
    await export.write(log.connection, output, key, trusted, quiet)
    put(path, output.getvalue().splitlines())


def finding(path: Path, trusted: frozenset[bytes] = NO_KEY) -> str:
    with pytest.raises(BrokenLogError) as found:
        export.verify(path, trusted, quiet)
    return str(found.value)


def event_id(line: bytes) -> str:
    return line.split(b"\t")[3].decode()


async def test_the_file_verifies(log: Log, file: Path) -> None:
    """With the key named, and with those it names itself."""
    assert len(lines_of(file)) == LINES
    for trusted in (NO_KEY, service.trusted_keys(log.settings)):
        assert export.verify(file, trusted, quiet).events == EACH * CHECKPOINTS


async def test_a_hash_is_that_of_the_line_in_the_file(file: Path) -> None:
    """Anybody can compute it: the leaf of an event holds the SHA-256 of its line."""
    lines = lines_of(file)
    leaves = b64decode(orjson.loads(lines[2])["leaves"])
    assert leaves[2 * 64 + 32 : 3 * 64] == sha256(lines[EVENT]).digest()
    assert leaves[2 * 64 + 16 : 2 * 64 + 32] == UUID(event_id(lines[EVENT])).bytes


def _edit(lines: Lines) -> str:
    lines[EVENT] = lines[EVENT].replace(b"192.0.2.0", b"192.0.3.0")
    return f"event {event_id(lines[EVENT])} of .* is not as it was covered by checkpoint 2 "


def _delete(lines: Lines) -> str:
    return f"event {event_id(lines.pop(EVENT))} of .* is missing; it was covered by checkpoint 2 "


def _put_in(lines: Lines) -> str:
    forged = lines[EVENT].replace(event_id(lines[EVENT]).encode(), b"01a21526-94a4-7b99-842c-000000000000")
    lines.insert(EVENT, forged)
    return "event 01a21526-94a4-7b99-842c-000000000000 of .* was put in afterwards"


def _twice(lines: Lines) -> str:
    lines.insert(EVENT, lines[EVENT])
    return f"event {event_id(lines[EVENT])} of "


def _swap(lines: Lines) -> str:
    lines[EVENT], lines[EVENT + 1] = lines[EVENT + 1], lines[EVENT]
    return f"event {event_id(lines[EVENT + 1])} of .* is not where it was covered by checkpoint 2 "


def _cut(lines: Lines) -> str:
    del lines[-3:]
    return "event .* is missing; it was covered by checkpoint 3 "


def _cut_before_the_end(lines: Lines) -> str:
    del lines[-1]
    return "was cut off: it has no end"


def _cut_with_its_checkpoint(lines: Lines) -> str:
    del lines[-1 - EACH : -1]
    del lines[3]
    return "the file was cut: checkpoints after checkpoint 2 of .* are missing"


def _checkpoint_left_out(lines: Lines) -> str:
    del lines[2]
    return "checkpoint 2 is missing"


def _checkpoint_changed(lines: Lines) -> str:
    lines[2] = lines[2].replace(b'"event_count":8', b'"event_count":7')
    return "checkpoint 2 of .* was changed"


def _checkpoint_unreadable(lines: Lines) -> str:
    lines[2] = lines[2].replace(b'"number":2', b'"number":x')
    return "a checkpoint after checkpoint 1 of .* cannot be read"


def _goes_on(lines: Lines) -> str:
    lines.append(lines[EVENT])
    return "goes on behind its end"


def _another_head(lines: Lines) -> str:
    lines[0] = b'{"format":"other"}'
    return "is no export of an audit log"


def _end_changed(lines: Lines) -> str:
    lines[-1] = lines[-1].replace(b'"end":"', b'"end":"00')
    return "the file's end was changed"


CHANGES = (
    *(
        _edit,
        _delete,
        _put_in,
        _twice,
        _swap,
        _cut,
        _cut_before_the_end,
        _cut_with_its_checkpoint,
        _checkpoint_left_out,
    ),
    *(_checkpoint_changed, _checkpoint_unreadable, _goes_on, _another_head, _end_changed),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
async def test_a_changed_file_is_found(file: Path, change: Callable[[Lines], str]) -> None:
    """The first event or checkpoint that is not as it was is named."""
    lines = lines_of(file)
    said = change(lines)
    put(file, lines)
    assert re.search(said, finding(file)), finding(file)


async def test_each_change_of_a_file_is_named(file: Path) -> None:
    """Not only the first; a line that is no event any more is one of them."""
    lines = lines_of(file)
    said = [_edit(lines), _end_changed(lines)]
    lines.insert(2 + EACH, b"no event")
    put(file, lines)
    found = finding(file)
    assert all(re.search(one, found) for one in said), found
    assert "line 11 was changed: it cannot be read" in found


async def test_a_forged_file_needs_the_key(log: Log, file: Path) -> None:
    """Signed anew throughout it only fits its own keys, not those that are named."""
    forger, previous = Ed25519PrivateKey.generate(), NOTHING
    lines = lines_of(file)
    for number in range(1, 1 + CHECKPOINTS):
        checkpoint = replace(Checkpoint.from_json(lines[number]), previous=previous).signed(forger)
        lines[number], previous = checkpoint.to_json(), checkpoint.hash
    public = b64encode(forger.public_key().public_bytes_raw()).decode()
    lines[0] = orjson.dumps(orjson.loads(lines[0]) | {"public_keys": [public]})
    signature = b64encode(forger.sign(f"{export.FORMAT}\n{previous.hex()}\n".encode())).decode()
    lines[-1] = orjson.dumps({"end": previous.hex(), "signature": signature, "public_key": public})
    put(file, lines)
    assert export.verify(file, NO_KEY, quiet).events == EACH * CHECKPOINTS
    assert "is signed with an unknown key" in finding(file, service.trusted_keys(log.settings))


async def test_an_export_of_a_changed_log_names_the_event(log: Log, file: Path, tmp_path: Path) -> None:
    """The file has what the table says and what was covered of it."""
    event = (await log.ids())[EACH + 1]
    await log.tamper(f"DELETE FROM audit_events WHERE id = '{event}'")
    await write(log, tmp_path / "changed")
    assert f"event {event} of " in finding(tmp_path / "changed")


async def test_text_that_copy_escapes_verifies(log: Log, tmp_path: Path) -> None:
    """Tabs, line ends, backslashes and Hebrew in a column."""
    await log.fill(3)
    await log.tamper(r"UPDATE audit_events SET action = E'a\tb\nc\\d\rה\u2028' || id")
    await log.checkpoint()
    await log.verify()
    await write(log, tmp_path / "odd")
    assert export.verify(tmp_path / "odd", NO_KEY, quiet).events == 3


def test_an_event_whose_id_tells_no_moment_is_named_without() -> None:
    """Only those of UUIDv7 do."""
    assert named_by(bytes(32)) == f"event {UUID(int=0)} (workspace {UUID(int=0)})"
