"""The sweep that seals the audit log and copies its seals."""

import structlog

from pazpaz.core.resources import Resources
from pazpaz.core.storage import StorageUnavailable
from pazpaz.core.work import Sweep
from pazpaz.seals import copies, ledger, metrics, service
from pazpaz.seals.service import Sealed, SealingError

WAIT_SECONDS = 4.0  # for transactions that run; the next pass waits again
_ROUND = copies.Round()
log = structlog.get_logger(__name__)


async def seal(resources: Resources, *, wait: bool = False, given_up: bytes | None = None) -> Sealed:
    """Seal what there is, and copy the seals that the file store does not have."""
    settings = resources.settings
    async with ledger.connected(settings) as connection:
        key = service.signing_key(settings)
        done = await service.seal(connection, key, seconds=WAIT_SECONDS, wait=wait, given_up=given_up)
        await _note(connection, done)
        try:
            waiting = await copies.bring(connection, resources.storage)
            metrics.AUDIT_COPIES_WAITING.set(waiting)
            trusted = service.trusted_keys(settings)
            put_back = await _ROUND.mend(connection, resources.storage, trusted, waiting=waiting)
            metrics.AUDIT_COPIES_PUT_BACK.inc(put_back)
        except StorageUnavailable:
            metrics.AUDIT_FAILURES.labels("copy").inc()
            raise
    return done


async def _note(connection: ledger.Connection, done: Sealed) -> None:
    last = await ledger.last_seal(connection)
    if last is not None:
        metrics.AUDIT_SEALED_AT.set(last.sealed_at.timestamp())
    waiting, age = await ledger.unsealed(connection, last)
    metrics.AUDIT_UNSEALED_SECONDS.set(age.total_seconds())
    if done.is_complete:
        metrics.AUDIT_COMPLETE_AT.set_to_current_time()
    elif waiting:
        log.info("audit events wait for a transaction to end", count=waiting, seconds=age.total_seconds())


async def sweep(resources: Resources) -> None:
    """The pass as the worker runs it."""
    try:
        await seal(resources)
    except StorageUnavailable:
        return  # it has been logged; the next pass copies what is missing
    except SealingError as error:
        metrics.AUDIT_FAILURES.labels("seal").inc()
        log.error("audit log not sealed", cause=str(error))  # noqa: TRY400 (the line says it all)
    except Exception:
        metrics.AUDIT_FAILURES.labels("seal").inc()
        raise


SWEEPS = (Sweep("seal_audit", sweep, every_seconds=lambda settings: settings.audit_seal_seconds),)
