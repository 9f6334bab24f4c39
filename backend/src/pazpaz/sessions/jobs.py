"""Sweeps of SOAP notes."""

from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Sweep
from pazpaz.sessions.settings import SessionSettings

# It sees ids, versions and moments of revisions, and of notes whether they were finalized; no text.
_FORGET = SystemStatement.of("""
    DELETE FROM session_revisions WHERE (workspace_id, id) IN (
        SELECT r.workspace_id, r.id FROM session_revisions AS r
        JOIN sessions AS s ON s.workspace_id = r.workspace_id AND s.id = r.session_id
        WHERE s.finalized_at IS NULL AND r.created_at < now() - make_interval(days => %(days)s::integer)
        UNION ALL
        SELECT r.workspace_id, r.id FROM (
            SELECT workspace_id, session_id FROM session_revisions
            GROUP BY workspace_id, session_id HAVING count(*) > %(kept)s::integer
        ) AS long
        JOIN sessions AS s ON s.workspace_id = long.workspace_id AND s.id = long.session_id
        CROSS JOIN LATERAL (
            SELECT workspace_id, id FROM session_revisions
            WHERE workspace_id = long.workspace_id AND session_id = long.session_id
            ORDER BY version DESC OFFSET %(kept)s::integer
        ) AS r
        WHERE s.finalized_at IS NOT NULL
        LIMIT %(most)s::integer
    ) RETURNING id
""")
_MOST = 5_000  # rows a statement deletes, which keeps it short


async def forget_revisions(resources: Resources) -> None:
    """Delete earlier texts of drafts after their days, and of finalized notes all but the last ones."""
    settings = SessionSettings.of(resources.settings)
    values = {"days": settings.draft_revision_days, "kept": settings.finalized_revisions, "most": _MOST}
    while len(await resources.run(_FORGET, **values)) == _MOST:
        pass


SWEEPS = (Sweep("forget_revisions", forget_revisions, every_seconds=3_600),)
