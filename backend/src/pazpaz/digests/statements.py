"""Statements of digests, run as the system role over all workspaces."""

from pazpaz.core.db.statements import SystemStatement

# The zones and times of day that somebody has a digest at.
EVENINGS = SystemStatement.of("""
    SELECT DISTINCT w.timezone, p.send_time, now() AS looked_at FROM digest_preferences AS p
    JOIN workspaces AS w ON w.workspace_id = p.workspace_id WHERE p.is_active
""")

# One row for each member who wants one, and each of the practice's days, made when its time is near; what was
# missed on a day that is over stays missed.
PASS = SystemStatement.of("""
    WITH evening AS (
        SELECT * FROM unnest(%(timezones)s::text[], %(send_times)s::text[], %(dates)s::date[],
                             %(due)s::timestamptz[], %(midnights)s::timestamptz[])
                      AS e (timezone, send_time, local_date, due_at, midnight)
    ), made AS (
        INSERT INTO digests (workspace_id, id, user_id, digest_date, due_at, deadline, next_attempt_at)
        SELECT p.workspace_id, app.new_id(), p.id, e.local_date, e.due_at, e.midnight, greatest(e.due_at, now())
        FROM digest_preferences AS p
        JOIN users AS u ON u.workspace_id = p.workspace_id AND u.id = p.id
         AND u.status = 'active' AND u.role IN ('owner', 'therapist')
        JOIN workspaces AS w ON w.workspace_id = p.workspace_id
        JOIN evening AS e ON e.timezone = w.timezone AND e.send_time = p.send_time
        WHERE p.is_active AND p.active_since <= e.due_at
        ON CONFLICT DO NOTHING
        RETURNING workspace_id, id, next_attempt_at
    ), event AS (
        INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id, request_id)
        SELECT workspace_id, app.new_id(), 'digest.create', 'digest', id, %(request_id)s::uuid FROM made
    )
    SELECT id, next_attempt_at FROM made
""")

# The mark is made only if member, wish and practice are as they were, and the day is not over.
UNCHANGED = """l.deadline > now()
      AND EXISTS (SELECT FROM users AS u WHERE u.workspace_id = l.workspace_id
                  AND u.id = l.user_id AND u.version = %(user_version)s::integer)
      AND EXISTS (SELECT FROM digest_preferences AS p WHERE p.workspace_id = l.workspace_id
                  AND p.id = l.user_id AND p.version = %(preference_version)s::integer)
      AND EXISTS (SELECT FROM workspaces AS w WHERE w.workspace_id = l.workspace_id
                  AND w.version = %(practice_version)s::integer)"""
COVERING = ", covers_until = %(looked_at)s::timestamptz"

LINKED = SystemStatement.of("""
    SELECT u.workspace_id, u.id AS user_id, w.name AS practice_name, w.locale AS language
    FROM users AS u JOIN workspaces AS w ON w.workspace_id = u.workspace_id
    WHERE u.id = %(user_id)s::uuid AND u.status <> 'removed'
""")
