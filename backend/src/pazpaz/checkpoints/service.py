"""Making checkpoints: what no running transaction can add to any more gets a signed tree."""

import asyncio
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pazpaz.checkpoints import ledger, lines, merkle
from pazpaz.checkpoints.checkpoint import BEGINNING, NOTHING, Checkpoint, LogPosition
from pazpaz.checkpoints.settings import CheckpointSettings
from pazpaz.core.base.config import Settings

MOST = 50_000  # events of one checkpoint
HEARTBEAT = timedelta(hours=1)  # a checkpoint over nothing says that nothing was there
_BUSY_SECONDS = 60


class CheckpointError(Exception):
    """The log cannot be covered as it is; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class PassResult:
    """What a pass did."""

    checkpoints: tuple[Checkpoint, ...]
    is_complete: bool  # nothing waits that could be covered


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    secret = CheckpointSettings.of(settings).audit_signing_key.get_secret_value()
    return Ed25519PrivateKey.from_private_bytes(secret)


def trusted_keys(settings: Settings) -> frozenset[bytes]:
    """Whose checkpoints are believed: the present key's, and those of the keys before it."""
    given = CheckpointSettings.of(settings).audit_public_keys.split(",")
    earlier = [b64decode(text.strip()) for text in given if text.strip()]
    return frozenset([signing_key(settings).public_key().public_bytes_raw(), *earlier])


async def checkpoint(
    connection: ledger.Connection,
    key: Ed25519PrivateKey,
    *,
    seconds: float,
    wait: bool = False,
    given_up: bytes | None = None,
) -> PassResult:
    """Make checkpoints of everything there is, or none while a transaction runs for longer than `seconds`.

    `wait` for another who makes them; else leave it to them. `given_up` makes a checkpoint in any case.
    """
    position, read_at = await ledger.end_of_events(connection)
    through = LogPosition.after_all(position)
    last = await ledger.last_checkpoint(connection)
    if last is not None and last.through == through and not _is_due(last, read_at, given_up):
        return PassResult((), is_complete=True)
    if not await ledger.earlier_ended(connection, seconds):
        return PassResult((), is_complete=False)
    made: list[Checkpoint] = []
    while True:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = '{_BUSY_SECONDS}s'")
            if not await ledger.advisory_lock(connection, wait=wait):
                return PassResult(tuple(made), is_complete=False)
            last = await ledger.last_checkpoint(connection)
            if last is not None and last.through > through:
                return _overtaken(last, made, await ledger.end_of_events(connection))
            events = await ledger.events(connection, last.through if last else BEGINNING, through, MOST)
            now = await connection.fetchval("SELECT clock_timestamp()")
            if not events and not _is_due(last, now, given_up):
                return PassResult(tuple(made), is_complete=True)
            following = await asyncio.to_thread(_following, last, events, through, read_at)
            made.append(replace(following, signed_at=now, given_up=given_up).signed(key))
            await ledger.write(connection, made[-1])
        given_up = None
        if len(events) < MOST:
            return PassResult(tuple(made), is_complete=True)


def _is_due(last: Checkpoint | None, now: datetime, given_up: bytes | None) -> bool:
    """Whether a checkpoint is made although there is no event."""
    return last is None or given_up is not None or now - last.signed_at >= HEARTBEAT


def _overtaken(last: Checkpoint, made: list[Checkpoint], end: tuple[int, datetime]) -> PassResult:
    """Another has covered further meanwhile; or the positions have gone back, and events would hide behind it."""
    if last.through.position > end[0]:
        raise CheckpointError(
            f"the sequence audit_events_position is at {end[0]}, behind {last.name}: was it restored?"
            f" As pazpaz_owner: SELECT setval('audit_events_position', {last.through.position})"
        )
    return PassResult(tuple(made), is_complete=True)


def _following(
    last: Checkpoint | None, events: list[bytes], through: LogPosition, read_at: datetime
) -> Checkpoint:
    is_full = len(events) == MOST
    leaves = b"".join(map(lines.record, events))
    return Checkpoint(
        number=last.number + 1 if last else 1,
        previous=last.hash if last else NOTHING,
        root=merkle.root(leaves),
        event_count=len(events),
        through=lines.place(events[-1]) if is_full else through,
        complete_at=(last.complete_at if last else None) if is_full else read_at,
        signed_at=read_at,
        given_up=None,
        public_key=b"",
        signature=b"",
        leaves=leaves,
    )
