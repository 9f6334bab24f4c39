"""Deleting a workspace: taken back for some days, then its keys are destroyed and its plain words emptied.

What stays are rows that nobody can open, ids and times, and the audit log.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

import aiosmtplib
import structlog
from prometheus_client import Counter

from pazpaz.accounts import words
from pazpaz.accounts.messages import Part, account_mail
from pazpaz.accounts.models import ANNOUNCE_DELETION, WORKSPACE, Workspace
from pazpaz.accounts.queries import SHOWN_NAME
from pazpaz.core.base import clock
from pazpaz.core.base.dates import moment_words
from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.erasure import ErasureFileError
from pazpaz.core.db.engine import Record
from pazpaz.core.db.entity import After
from pazpaz.core.db.handle import Db
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.files.storage import StorageUnavailable
from pazpaz.core.mail.messages import Message
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Handler, Sweep

_EVER = datetime(1, 1, 1, tzinfo=UTC)
_REFUSED = 500
ERASURES_FAILED = Counter(
    "pazpaz_erasures_failed_total", "Tries to destroy a deleted workspace's secret that failed."
)
log = structlog.get_logger(__name__)

_EVENT = """
    INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id, request_id)
    SELECT workspace_id, app.new_id(), 'workspace.{}', 'workspace', workspace_id, %(request_id)s::uuid FROM hit
"""
UNANNOUNCED = SystemStatement.of("""
    SELECT workspace_id FROM workspaces
    WHERE deletion_due_at IS DISTINCT FROM announced_due_at AND closed_at IS NULL LIMIT 500
""")
TO_ANNOUNCE = SystemStatement.of(f"""
    SELECT w.deletion_due_at, w.announced_due_at, {SHOWN_NAME} AS name, w.locale, w.timezone, u.id, u.email
    FROM workspaces AS w JOIN users AS u ON u.workspace_id = w.workspace_id AND u.status = 'active'
    WHERE w.workspace_id = %(id)s::uuid AND w.closed_at IS NULL
      AND w.deletion_due_at IS DISTINCT FROM w.announced_due_at
    ORDER BY u.id
""")
ANNOUNCED = SystemStatement.of(
    "UPDATE workspaces SET announced_due_at = %(due)s::timestamptz WHERE workspace_id = %(id)s::uuid"
)
DUE = SystemStatement.of("""
    SELECT workspace_id, closed_at < now() - interval '30 seconds' AS is_quiet FROM workspaces
    WHERE deletion_due_at <= now() AND erased_at IS NULL ORDER BY deletion_due_at LIMIT 50
""")
# Whoever restores it waits for this, and finds it closed; or has restored it, and this finds nothing.
CLOSE = SystemStatement.of(f"""
    WITH due AS (
        SELECT workspace_id, closed_at FROM workspaces
        WHERE workspace_id = %(workspace)s::uuid AND deletion_due_at <= now() FOR UPDATE
    ), closed AS (
        UPDATE workspaces AS w
        SET closed_at = coalesce(w.closed_at, now()), name = '', reply_to = NULL, reminder_sender_name = NULL
        FROM due WHERE w.workspace_id = due.workspace_id
    ), hit AS (
        SELECT workspace_id FROM due WHERE closed_at IS NULL
    ), event AS ({_EVENT.format("close")})
    SELECT workspace_id FROM due
""")
_OF = "WHERE workspace_id = %(workspace)s::uuid"


@cache
def emptying() -> tuple[SystemStatement, ...]:
    """Return what every table says of itself."""
    if not METADATA.info.get("is_complete"):
        raise RuntimeError(
            "pazpaz.features is not imported: a slice that nobody imports would keep its words"
        )
    said = [(table.name, table.info.get("forgotten")) for table in METADATA.sorted_tables]
    return (
        SystemStatement.of(f"DELETE FROM workspace_keys {_OF}"),
        *(SystemStatement.of(forgotten.sql(name)) for name, forgotten in said if forgotten),
    )


ERASED = SystemStatement.of(f"""
    WITH hit AS (
        UPDATE workspaces SET erased_at = now() {_OF} AND erased_at IS NULL RETURNING workspace_id
    ), event AS ({_EVENT.format("erase")})
    SELECT workspace_id FROM hit
""")


async def schedule(db: Db, days: int, version: int | None) -> Workspace:
    """Delete the workspace in so many days; one that is being deleted keeps its day."""
    due = clock.now() + timedelta(days=days)
    return await _change(db, {"deletion_due_at": due}, {"deletion_due_at": None}, "delete", version)


async def restore(db: Db, version: int | None) -> Workspace:
    where = {"deletion_due_at": After(_EVER), "closed_at": None}
    return await _change(db, {"deletion_due_at": None}, where, "restore", version)


async def _change(
    db: Db, changes: Mapping[str, object], where: Mapping[str, object], action: str, version: int | None
) -> Workspace:
    workspace_id = db.actor.workspace_id
    changed = await db.change_if(
        WORKSPACE, workspace_id, changes, version=version, where=where, action=action
    )
    if changed is None:  # it is as it is wanted already
        workspace = await db.get(WORKSPACE, workspace_id)
        if version not in (None, workspace.version):
            raise StaleVersion
        return workspace
    db.enqueue(ANNOUNCE_DELETION, workspace_id)
    return changed


def message(row: Record, public_url: str) -> Message:
    """Return what a member reads when the deletion is scheduled, and when it is taken back."""
    due: datetime | None = row["deletion_due_at"]
    language = row["locale"]
    practice = {"practice": row["name"] or words.DELETED[language]}
    link = words.SIGN_IN[language], f"{public_url.rstrip('/')}/sign-in"
    if due is None:
        mark = f"not-{row['announced_due_at']:%Y%m%d%H%M%S%f}"
        subject, parts = words.KEPT_SUBJECT[language], [Part(words.KEPT[language], practice, link)]
    else:
        mark, subject = f"{due:%Y%m%d%H%M%S%f}", words.DELETION_SUBJECT[language]
        parts = [
            Part(words.DELETION[language], practice),
            Part(words.DELETION_DUE[language], {"date": moment_words(due, row["timezone"], language)}, link),
            Part(words.DELETION_ENDS[language]),
        ]
    return account_mail(row["email"], f"deletion-{row['id']}-{mark}", language, subject, parts)


async def announce(resources: Resources, workspace_id: UUID) -> None:
    """Tell every member; one whose address is refused holds nobody up."""
    rows = await resources.run(TO_ANNOUNCE, id=workspace_id)
    for row in rows:
        try:
            await resources.mailer.send(message(row, resources.settings.public_url))
        except aiosmtplib.SMTPRecipientsRefused:
            continue
        except aiosmtplib.SMTPResponseException as error:
            if error.code < _REFUSED:
                raise
    if rows:
        await resources.run(ANNOUNCED, id=workspace_id, due=rows[0]["deletion_due_at"])


async def close_due(resources: Resources) -> None:
    """End what is due: first everything that lives, then the secret that older backups need, then the files."""
    for row in await resources.run(DUE):
        if await _close(resources, row["workspace_id"]):
            await _erase(resources, row["workspace_id"], is_quiet=bool(row["is_quiet"]))


async def _close(resources: Resources, workspace_id: UUID) -> bool:
    """Nobody is let in, no key is left, nothing is in plain words; False when it was restored meanwhile."""
    async with resources.as_system() as system:
        due = await system.run(CLOSE, workspace=workspace_id, request_id=new_id())
        for statement in emptying() if due else ():
            await system.run(statement, workspace=workspace_id)
    resources.keys.forget(workspace_id)
    return bool(due)


async def _erase(resources: Resources, workspace_id: UUID, *, is_quiet: bool) -> None:
    """`is_quiet`: what was under way when it was closed has ended, and was emptied by this pass."""
    try:
        await asyncio.to_thread(resources.keys.erasure.forget, workspace_id)
    except (ErasureFileError, OSError) as error:
        ERASURES_FAILED.inc()
        log.error(  # noqa: TRY400 (the line says it all)
            "a deleted workspace still opens from backups: its secret cannot be destroyed",
            workspace=str(workspace_id),
            cause=str(error) if isinstance(error, ErasureFileError) else type(error).__name__,
        )
        is_quiet = False
    try:
        await resources.storage.remove_below(f"{workspace_id}/")
    except StorageUnavailable:
        return  # it has been logged; the next pass goes on
    if is_quiet:
        await resources.run(ERASED, workspace=workspace_id, request_id=new_id())


async def sweep_deletions(resources: Resources) -> None:
    """Queue again what was not announced, and end what is due."""
    for row in await resources.run(UNANNOUNCED):
        await resources.queue.send(ANNOUNCE_DELETION, row["workspace_id"])
    await close_due(resources)


HANDLERS = (Handler(ANNOUNCE_DELETION, announce),)
SWEEPS = (Sweep("sweep_deletions", sweep_deletions, every_seconds=15),)
