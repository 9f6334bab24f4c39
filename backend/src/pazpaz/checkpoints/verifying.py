"""The log in the database against its checkpoints, and its checkpoints against their copies."""

from collections.abc import Callable
from dataclasses import dataclass

from pazpaz.checkpoints import ledger, lines
from pazpaz.checkpoints.checking import BrokenLogError, Chain, Findings, check_events, check_moments
from pazpaz.checkpoints.checkpoint import BEGINNING, Checkpoint, LogPosition
from pazpaz.checkpoints.comparing import Copies
from pazpaz.core.files.storage import Storage, StorageUnavailable

EVENTS_AT_ONCE, CHECKPOINTS_AT_ONCE = 50_000, 2_000
_END = LogPosition.after_all(2**63 - 1)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """A log without a finding."""

    events: int
    last: Checkpoint
    waiting: int  # events that are not covered yet


async def verify(
    connection: ledger.Connection,
    storage: Storage,
    trusted: frozenset[bytes],
    *,
    every_copy: bool,
    progress: Progress,
) -> Verified:
    """Read everything once, in one snapshot; a BrokenLogError names everything that is wrong."""
    findings = Findings()
    chain = Chain(trusted, findings)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            newest = await ledger.last_checkpoint(connection)
            if newest is None:
                raise BrokenLogError("there is no checkpoint yet: run pazpaz audit checkpoint, or the worker")
            copies = Copies(storage, newest.number, trusted, findings, whole=every_copy)
            await _compare(connection, chain, copies, findings, progress)
            waiting = await _waiting(connection, newest, findings)
        await copies.finish(connection)
    except StorageUnavailable:
        findings.end()  # what is known already is told
        raise
    findings.end()
    return Verified(chain.events, newest, waiting)


async def _compare(
    connection: ledger.Connection, chain: Chain, copies: Copies, findings: Findings, progress: Progress
) -> None:
    total = await connection.fetchval("SELECT sum(event_count)::bigint FROM audit_checkpoints")
    while checkpoints := await _next(connection, chain.last):
        before = chain.last
        for checkpoint in checkpoints:
            chain.follow(checkpoint)
        start = before.through if before else BEGINNING
        found = await ledger.events(connection, start, checkpoints[-1].through)
        check_events(before, checkpoints, found, findings)
        await copies.compare(checkpoints)
        progress(chain.events, total)


async def _next(connection: ledger.Connection, last: Checkpoint | None) -> list[Checkpoint]:
    number = last.number if last else 0
    return await ledger.checkpoints_after(connection, number, most=CHECKPOINTS_AT_ONCE, events=EVENTS_AT_ONCE)


async def _waiting(connection: ledger.Connection, last: Checkpoint, findings: Findings) -> int:
    """How many events come after the last checkpoint; they have positions that were given out, and are not too old."""
    given, _ = await ledger.end_of_events(connection)
    count, place = 0, last.through
    while found := await ledger.events(connection, place, _END, EVENTS_AT_ONCE):
        check_moments(last, None, found, findings)
        place = lines.place(found[-1])
        for line in reversed(found):
            if lines.place(line).position <= given:
                break
            findings.add(f"{lines.named(line)} was put in: its position was never given out")
        count += len(found)
    return count


async def newest_unknown(
    connection: ledger.Connection, storage: Storage, trusted: frozenset[bytes]
) -> bytes | None:
    """Return the newest checkpoint that the file store has and the database does not, as after a restore."""
    newest = await ledger.last_checkpoint(connection)
    findings = Findings()
    copies = Copies(storage, newest.number if newest else 0, trusted, findings, whole=False)
    last: Checkpoint | None = None
    while checkpoints := await _next(connection, last):
        await copies.compare(checkpoints)
        last = checkpoints[-1]
    unknown = await copies.unknown(connection)
    findings.end()
    return unknown[-1].hash if unknown else None
