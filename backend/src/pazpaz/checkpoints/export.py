"""The log as a file: checkpoints as JSON, their events as lines, and a signed end; it is verified without a service.

The first line is JSON: the format, the columns of an event, the public keys. Then come some checkpoints, each a line
of JSON, and their events, each a line as it was hashed; then the next checkpoints and their events. The last line is
JSON: the hash of the last checkpoint, and its signature, so that a file that was cut off is known.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pazpaz.checkpoints import ledger, lines
from pazpaz.checkpoints.checking import BrokenLogError, Chain, Findings, check_events
from pazpaz.checkpoints.checkpoint import BEGINNING, Checkpoint
from pazpaz.checkpoints.lines import COLUMNS

FORMAT = "pazpaz-audit-export-v1"
_EVENTS_AT_ONCE, _CHECKPOINTS_AT_ONCE = 50_000, 2_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """A file without a finding."""

    events: int
    last: Checkpoint
    keys: list[bytes]


async def write(
    connection: ledger.Connection,
    file: IO[bytes],
    key: Ed25519PrivateKey,
    trusted: frozenset[bytes],
    progress: Progress,
) -> int:
    """Everything that is covered, in one snapshot; how many events that is."""
    head = {
        "format": FORMAT,
        "columns": COLUMNS,
        "public_keys": sorted(b64encode(one).decode() for one in trusted),
    }
    file.write(orjson.dumps(head) + b"\n")
    done, last = 0, None
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        total = await connection.fetchval(
            "SELECT coalesce(sum(event_count), 0)::bigint FROM audit_checkpoints"
        )
        while checkpoints := await ledger.checkpoints_after(
            connection, last.number if last else 0, most=_CHECKPOINTS_AT_ONCE, events=_EVENTS_AT_ONCE
        ):
            found = await ledger.events(
                connection, last.through if last else BEGINNING, checkpoints[-1].through
            )
            file.write(b"".join(checkpoint.to_json() + b"\n" for checkpoint in checkpoints))
            file.write(b"".join(line + b"\n" for line in found))
            done, last = done + len(found), checkpoints[-1]
            progress(done, total)
    end = last.hash if last else b""
    signed = {"end": end.hex(), "signature": b64encode(key.sign(_end(end))).decode()}
    file.write(orjson.dumps(signed | {"public_key": _text(key)}) + b"\n")
    return done


def verify(path: Path, trusted: frozenset[bytes], progress: Progress) -> Verified:
    """Read the file once. Without `trusted` its own keys are believed, which shows damage but no forgery."""
    findings = Findings()
    with path.open("rb") as file:
        size = path.stat().st_size
        keys = _head(file.readline(), path)
        believed = trusted or keys
        checkpoints = Chain(believed, findings)
        before: Checkpoint | None = None
        for batch in _batches(file, findings):
            if isinstance(batch, dict):
                _check_end(batch, checkpoints, believed, findings)
                break
            group, found = batch
            for checkpoint in group:
                checkpoints.follow(checkpoint)
            check_events(before, group, found, findings)
            before = group[-1] if group else before
            progress(file.tell(), size)
        else:
            findings.add(f"{path} was cut off: it has no end")
        if file.readline():
            findings.add(f"{path} goes on behind its end")
    findings.end()
    if checkpoints.last is None:
        raise BrokenLogError(f"{path} holds no checkpoint")
    return Verified(checkpoints.events, checkpoints.last, checkpoints.keys)


def _text(key: Ed25519PrivateKey) -> str:
    return b64encode(key.public_key().public_bytes_raw()).decode()


def _end(hash_: bytes) -> bytes:
    return f"{FORMAT}\n{hash_.hex()}\n".encode()


def _head(line: bytes, path: Path) -> frozenset[bytes]:
    try:
        head = orjson.loads(line)
        keys = frozenset(b64decode(key) for key in head["public_keys"])
        form = head["format"]
    except (ValueError, KeyError, TypeError):
        keys, form = frozenset(), None
    if form != FORMAT:
        raise BrokenLogError(f"{path} is no export of an audit log ({FORMAT})")
    return keys


def _batches(
    file: IO[bytes], findings: Findings
) -> Iterator[tuple[list[Checkpoint], list[bytes]] | dict[str, Any]]:
    """Checkpoints with the events that follow them; in the end what stands in the last line."""
    checkpoints: list[Checkpoint] = []
    found: list[bytes] = []
    for number, line in enumerate(file, start=2):
        if not line.startswith(b"{"):
            if _is_event(line):
                found.append(line.removesuffix(b"\n"))
            else:
                findings.add(f"line {number} was changed: it cannot be read")
            continue
        if found or line.startswith(b'{"end"'):
            if checkpoints or found:
                yield checkpoints, found
            checkpoints, found = [], []
        if line.startswith(b'{"end"'):
            yield _read(line)
            return
        if (checkpoint := _checkpoint(line)) is not None:
            checkpoints.append(checkpoint)
        else:
            after = f" after {checkpoints[-1].name}" if checkpoints else ""
            findings.add(f"a checkpoint{after} was changed: it cannot be read")
    if checkpoints or found:
        yield checkpoints, found


def _is_event(line: bytes) -> bool:
    try:
        return len(lines.key(line)) == lines.KEY_BYTES and line.count(b"\t") == len(COLUMNS) - 1
    except ValueError:
        return False


def _read(line: bytes) -> dict[str, Any]:
    """Nothing when it was changed, which has no signature."""
    try:
        values: dict[str, Any] = orjson.loads(line)
    except ValueError:
        return {}
    return values


def _checkpoint(line: bytes) -> Checkpoint | None:
    try:
        return Checkpoint.from_json(line)
    except (ValueError, KeyError, TypeError):
        return None


def _check_end(
    values: dict[str, Any], checkpoints: Chain, believed: frozenset[bytes], findings: Findings
) -> None:
    last = checkpoints.last.hash if checkpoints.last else b""
    try:
        key, signature = b64decode(values["public_key"]), b64decode(values["signature"])
        if key not in believed:
            findings.add("the file's end is signed with an unknown key")
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _end(bytes.fromhex(values["end"])))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        findings.add("the file's end was changed: its signature is not its own")
        return
    if values["end"] != last.hex():
        name = checkpoints.last.name if checkpoints.last else "its beginning"
        findings.add(f"the file was cut: checkpoints after {name} are missing")
