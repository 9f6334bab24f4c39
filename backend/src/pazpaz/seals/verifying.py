"""The log in the database against its seals, and its seals against their copies."""

from collections.abc import Callable
from dataclasses import dataclass

from pazpaz.core.storage import Storage, StorageUnavailable
from pazpaz.seals import ledger, lines
from pazpaz.seals.checking import BrokenLogError, Chain, Findings, check_events, check_moments
from pazpaz.seals.comparing import Copies
from pazpaz.seals.seal import BEGINNING, Place, Seal

EVENTS_AT_ONCE, SEALS_AT_ONCE = 50_000, 2_000
_END = Place.after_all(2**63 - 1)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """A log without a finding."""

    events: int
    last: Seal
    waiting: int  # events that are not sealed yet


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
            newest = await ledger.last_seal(connection)
            if newest is None:
                raise BrokenLogError("there is no seal yet: run pazpaz audit seal, or the worker")
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
    total = await connection.fetchval("SELECT sum(event_count)::bigint FROM audit_seals")
    while seals := await _next(connection, chain.last):
        before = chain.last
        for seal in seals:
            chain.follow(seal)
        start = before.through if before else BEGINNING
        found = await ledger.events(connection, start, seals[-1].through)
        check_events(before, seals, found, findings)
        await copies.compare(seals)
        progress(chain.events, total)


async def _next(connection: ledger.Connection, last: Seal | None) -> list[Seal]:
    number = last.number if last else 0
    return await ledger.seals_after(connection, number, most=SEALS_AT_ONCE, events=EVENTS_AT_ONCE)


async def _waiting(connection: ledger.Connection, last: Seal, findings: Findings) -> int:
    """How many events come after the last seal; they have positions that were given out, and are not too old."""
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
    """The newest seal that the file store has and the database does not, as after a restore."""
    newest = await ledger.last_seal(connection)
    findings = Findings()
    copies = Copies(storage, newest.number if newest else 0, trusted, findings, whole=False)
    last: Seal | None = None
    while seals := await _next(connection, last):
        await copies.compare(seals)
        last = seals[-1]
    unknown = await copies.unknown(connection)
    findings.end()
    return unknown[-1].hash if unknown else None
