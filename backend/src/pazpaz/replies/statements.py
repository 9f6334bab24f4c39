"""Statements of mails about answers, run as the system role over all workspaces."""

from pazpaz.core.db.statements import SystemStatement

# One row for each answer by which a client does not come as booked; one of yesterday is no news.
PASS = SystemStatement.of("""
    WITH made AS (
        INSERT INTO reply_mails (workspace_id, id, appointment_id, user_id, answered_at, due_at, deadline,
                                 next_attempt_at)
        SELECT a.workspace_id, app.new_id(), a.id, a.therapist_id, a.client_responded_at, a.client_responded_at,
               a.scheduled_start + interval '1 hour', now()
        FROM appointments AS a
        JOIN workspaces AS w ON w.workspace_id = a.workspace_id AND w.closed_at IS NULL
        WHERE a.client_response IN ('declined', 'move-requested')
          AND a.client_responded_at > now() - interval '1 day'
          AND a.status = 'scheduled' AND a.archived_at IS NULL AND a.scheduled_start > now()
          AND NOT EXISTS (
              SELECT FROM reply_mails AS m WHERE m.workspace_id = a.workspace_id AND m.appointment_id = a.id
                AND m.answered_at = a.client_responded_at)
        ON CONFLICT DO NOTHING
        RETURNING workspace_id, id, next_attempt_at
    ), event AS (
        INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id, request_id)
        SELECT workspace_id, app.new_id(), 'reply_mail.create', 'reply_mail', id, %(request_id)s::uuid FROM made
    )
    SELECT id, next_attempt_at FROM made
""")

# The mark is made only if the appointment and the member are as they were, and the member has not said otherwise.
UNCHANGED = """EXISTS (SELECT FROM appointments AS a WHERE a.workspace_id = l.workspace_id
                  AND a.id = l.appointment_id AND a.version = %(appointment_version)s::integer)
      AND EXISTS (SELECT FROM users AS u WHERE u.workspace_id = l.workspace_id
                  AND u.id = l.user_id AND u.version = %(user_version)s::integer)
      AND NOT EXISTS (SELECT FROM digest_preferences AS p WHERE p.workspace_id = l.workspace_id
                  AND p.id = l.user_id AND NOT p.answers_at_once)"""
