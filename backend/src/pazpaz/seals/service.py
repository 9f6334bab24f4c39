"""Sealing: what no running transaction can add to any more gets a signed tree."""

import asyncio
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pazpaz.core.config import Settings
from pazpaz.seals import ledger, lines, merkle
from pazpaz.seals.seal import BEGINNING, NOTHING, Place, Seal

MOST = 50_000  # events of one seal
HEARTBEAT = timedelta(hours=1)  # a seal over nothing says that nothing was there
_BUSY_SECONDS = 60


class SealingError(Exception):
    """The log cannot be sealed as it is; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a pass did."""

    seals: tuple[Seal, ...]
    is_complete: bool  # nothing waits that could be sealed


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of new seals."""
    return Ed25519PrivateKey.from_private_bytes(settings.audit_signing_key.get_secret_value())


def trusted_keys(settings: Settings) -> frozenset[bytes]:
    """Whose seals are believed: the present key's, and those of the keys before it."""
    earlier = [b64decode(text.strip()) for text in settings.audit_public_keys.split(",") if text.strip()]
    return frozenset([signing_key(settings).public_key().public_bytes_raw(), *earlier])


async def seal(
    connection: ledger.Connection,
    key: Ed25519PrivateKey,
    *,
    seconds: float,
    wait: bool = False,
    given_up: bytes | None = None,
) -> Sealed:
    """Seal everything there is, or nothing while a transaction runs for longer than `seconds`.

    `wait` for another who seals; else leave it to them. `given_up` makes a seal in any case.
    """
    position, read_at = await ledger.end_of_events(connection)
    through = Place.after_all(position)
    last = await ledger.last_seal(connection)
    if last is not None and last.through == through and not _is_due(last, read_at, given_up):
        return Sealed((), is_complete=True)
    if not await ledger.settled(connection, seconds):
        return Sealed((), is_complete=False)
    made: list[Seal] = []
    while True:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = '{_BUSY_SECONDS}s'")
            if not await ledger.hold(connection, wait=wait):
                return Sealed(tuple(made), is_complete=False)
            last = await ledger.last_seal(connection)
            if last is not None and last.through > through:
                return _overtaken(last, made, await ledger.end_of_events(connection))
            events = await ledger.events(connection, last.through if last else BEGINNING, through, MOST)
            now = await connection.fetchval("SELECT clock_timestamp()")
            if not events and not _is_due(last, now, given_up):
                return Sealed(tuple(made), is_complete=True)
            following = await asyncio.to_thread(_following, last, events, through, read_at)
            made.append(replace(following, sealed_at=now, given_up=given_up).signed(key))
            await ledger.write(connection, made[-1])
        given_up = None
        if len(events) < MOST:
            return Sealed(tuple(made), is_complete=True)


def _is_due(last: Seal | None, now: datetime, given_up: bytes | None) -> bool:
    """Whether a seal is made although there is no event."""
    return last is None or given_up is not None or now - last.sealed_at >= HEARTBEAT


def _overtaken(last: Seal, made: list[Seal], end: tuple[int, datetime]) -> Sealed:
    """Another has sealed further meanwhile; or the positions have gone back, and events would hide behind the seal."""
    if last.through.position > end[0]:
        raise SealingError(
            f"the sequence audit_events_position is at {end[0]}, behind {last.name}: was it restored?"
            f" As pazpaz_owner: SELECT setval('audit_events_position', {last.through.position})"
        )
    return Sealed(tuple(made), is_complete=True)


def _following(last: Seal | None, events: list[bytes], through: Place, read_at: datetime) -> Seal:
    is_full = len(events) == MOST
    leaves = b"".join(map(lines.record, events))
    return Seal(
        number=last.number + 1 if last else 1,
        previous=last.hash if last else NOTHING,
        root=merkle.root(leaves),
        event_count=len(events),
        through=lines.place(events[-1]) if is_full else through,
        complete_at=(last.complete_at if last else None) if is_full else read_at,
        sealed_at=read_at,
        given_up=None,
        public_key=b"",
        signature=b"",
        leaves=leaves,
    )
