"""Lists and look-ups of attachments, and what the sweep asks."""

from sqlalchemy import BigInteger, bindparam, cast, func, select
from sqlalchemy.types import Uuid

from pazpaz.attachments.models import (
    ATTACHMENT,
    KNOWN_ATTACHMENT,
    Attachment,
    KnownAttachment,
    attachments,
)
from pazpaz.core.db.entity import Listing, Query, columns_of, row
from pazpaz.core.db.statements import SystemStatement

_file = attachments.c

OF_SESSION = Listing(
    ATTACHMENT,
    Attachment,
    order=(_file.id,),
    filters={"session_id": _file.session_id == bindparam("session_id", type_=Uuid())},
    always=(_file.deleted_at.is_(None),),
    descending=False,
)


@row
class Used:
    """What a workspace's files hold together, in bytes."""

    size: int


USED = Query(
    ATTACHMENT,
    Used,
    select(cast(func.coalesce(func.sum(_file.file_size), 0), BigInteger).label("size")).where(
        _file.deleted_at.is_(None)
    ),
    action=None,
)

# Also one that was removed: what a device sends again is not attached anew.
OF_DEVICE = Query(
    KNOWN_ATTACHMENT,
    KnownAttachment,
    select(*columns_of(KnownAttachment, attachments)).where(
        _file.client_attachment_id == bindparam("client_attachment_id", type_=Uuid())
    ),
    action=None,
)

DELETED = SystemStatement.of(
    "SELECT workspace_id, session_id FROM attachments WHERE id = %(id)s::uuid AND deleted_at IS NOT NULL"
)
# The rows of exactly these objects: right before any of them is deleted, whatever order the store listed them in.
OF_OBJECTS = SystemStatement.of("""
    SELECT workspace_id, id, lost_at IS NOT NULL AS is_lost,
        deleted_at IS NOT NULL OR EXISTS (SELECT FROM workspaces AS w
            WHERE w.workspace_id = attachments.workspace_id AND w.closed_at IS NOT NULL) AS is_deleted
    FROM attachments
    WHERE (workspace_id, id) IN (SELECT * FROM unnest(%(workspaces)s::uuid[], %(ids)s::uuid[]))
""")
# The rows whose keys lie in one page of the store's list, which is in the same order, and whose objects should exist.
EXPECTED = SystemStatement.of("""
    SELECT workspace_id, session_id, id
    FROM attachments
    WHERE (workspace_id, session_id, id)
        > (%(workspace)s::uuid, %(session)s::uuid, %(after)s::uuid)
      AND (workspace_id, session_id, id)
        <= (%(last_workspace)s::uuid, %(last_session)s::uuid, %(last)s::uuid)
      AND deleted_at IS NULL AND lost_at IS NULL AND created_at < %(settled_at)s::timestamptz
      AND NOT EXISTS (SELECT FROM workspaces AS w
          WHERE w.workspace_id = attachments.workspace_id AND w.closed_at IS NOT NULL)
    ORDER BY workspace_id, session_id, id
""")
MARK_LOST = SystemStatement.of("""
    UPDATE attachments SET lost_at = CASE WHEN %(is_lost)s::boolean THEN now() END
    FROM unnest(%(workspaces)s::uuid[], %(ids)s::uuid[]) AS found (workspace_id, id)
    WHERE attachments.workspace_id = found.workspace_id AND attachments.id = found.id
""")
