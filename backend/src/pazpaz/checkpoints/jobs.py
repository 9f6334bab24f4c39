"""The sweep that makes audit checkpoints and copies them."""

import structlog

from pazpaz.checkpoints import copies, ledger, metrics, service
from pazpaz.checkpoints.service import CheckpointError, PassResult
from pazpaz.checkpoints.settings import CheckpointSettings
from pazpaz.core.files.storage import StorageUnavailable
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Sweep

WAIT_SECONDS = 4.0  # for transactions that run; the next pass waits again
_ROUND = copies.Round()
log = structlog.get_logger(__name__)


async def checkpoint(
    resources: Resources, *, wait: bool = False, given_up: bytes | None = None
) -> PassResult:
    """Make checkpoints of what there is, and copy the checkpoints that the file store does not have."""
    settings = resources.settings
    async with ledger.connected(settings) as connection:
        key = service.signing_key(settings)
        done = await service.checkpoint(connection, key, seconds=WAIT_SECONDS, wait=wait, given_up=given_up)
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


async def _note(connection: ledger.Connection, done: PassResult) -> None:
    last = await ledger.last_checkpoint(connection)
    if last is not None:
        metrics.AUDIT_CHECKPOINT_AT.set(last.signed_at.timestamp())
    waiting, age = await ledger.uncovered(connection, last)
    metrics.AUDIT_UNCOVERED_SECONDS.set(age.total_seconds())
    if done.is_complete:
        metrics.AUDIT_COMPLETE_AT.set_to_current_time()
    elif waiting:
        log.info("audit events wait for a transaction to end", count=waiting, seconds=age.total_seconds())


async def sweep(resources: Resources) -> None:
    try:
        await checkpoint(resources)
    except StorageUnavailable:
        return  # it has been logged; the next pass copies what is missing
    except CheckpointError as error:
        metrics.AUDIT_FAILURES.labels("checkpoint").inc()
        log.error("no audit checkpoint made", cause=str(error))  # noqa: TRY400 (the line says it all)
    except Exception:
        metrics.AUDIT_FAILURES.labels("checkpoint").inc()
        raise


SWEEPS = (
    Sweep(
        "checkpoint_audit",
        sweep,
        every_seconds=lambda settings: CheckpointSettings.of(settings).audit_checkpoint_seconds,
    ),
)
