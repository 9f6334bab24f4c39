"""Statements of the scheduler and of delivery, run as the system role over all workspaces."""

from pazpaz.core.statements import Statement
from pazpaz.reminders.models import LATEST, Reason

_LATEST = f"interval '{int(LATEST.total_seconds())} seconds'"
# Hours by which a send window may move a reminder either way: as long as it is shut, and a change of the clock.
_SLACK = """CASE WHEN send_window IS NULL THEN 0 ELSE 26 - floor(extract(epoch FROM
            split_part(send_window, '-', 2)::time - split_part(send_window, '-', 1)::time) / 3600)::integer END"""
_EVENT = """
    INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id, request_id)
    SELECT workspace_id, app.new_id(), {action}, 'reminder', id, %(request_id)s::uuid FROM {source}
"""

# Every reminder that falls due until the next pass, and every one that was missed. Looked at is what has
# changed since the last pass that came to its end: due moments that have come near, appointments booked or
# moved, rules switched on. One that is not to be sent is written down with its reason, and what a
# workspace has due at once is spread over minutes.
_SINCE = "(SELECT passed_at - interval '10 minutes' FROM reminder_scheduler)"
_UNTIL = "now() + make_interval(secs => %(ahead)s::integer)"
_OPEN = (
    "a.scheduled_start > now() - interval '2 days' AND a.status = 'scheduled' AND a.archived_at IS NULL"
    " AND r.is_active AND r.archived_at IS NULL"
)
_WANTED = """a.workspace_id, a.id AS appointment_id, a.client_id, a.scheduled_start, a.booked_at,
               r.id AS configuration_id, r.hours_before, r.send_window, r.active_since"""
PASS = Statement.of(f"""
    WITH rule AS (
        SELECT DISTINCT hours_before, {_SLACK} AS slack
        FROM reminder_configurations WHERE is_active AND archived_at IS NULL
    ), changed AS (
        SELECT {_WANTED} FROM rule
        CROSS JOIN LATERAL (  -- by the index on the start, once per rule: OFFSET 0 keeps the planner from more
            SELECT workspace_id, id, client_id, scheduled_start, booked_at, status, archived_at FROM appointments
            WHERE scheduled_start > {_SINCE} + make_interval(hours => rule.hours_before - rule.slack)
              AND scheduled_start <= {_UNTIL} + make_interval(hours => rule.hours_before + rule.slack)
              AND status = 'scheduled' AND archived_at IS NULL
            OFFSET 0
        ) AS a
        JOIN reminder_configurations AS r ON r.workspace_id = a.workspace_id AND r.hours_before = rule.hours_before
         AND {_SLACK.replace("send_window", "r.send_window")} = rule.slack
        WHERE {_OPEN}
        UNION
        SELECT {_WANTED} FROM appointments AS a
        JOIN reminder_configurations AS r ON r.workspace_id = a.workspace_id
        WHERE {_OPEN} AND a.booked_at > {_SINCE}
        UNION
        SELECT {_WANTED} FROM reminder_configurations AS r
        JOIN appointments AS a ON a.workspace_id = r.workspace_id AND a.scheduled_start > now()
        WHERE {_OPEN} AND r.active_since > {_SINCE}
    ), raw AS MATERIALIZED (
        SELECT *, greatest(booked_at, active_since) AS armed_at, scheduled_start - {_LATEST} AS deadline,
               scheduled_start - make_interval(hours => hours_before) AS due
        FROM changed AS c
        WHERE NOT EXISTS (
            SELECT FROM reminder_logs AS l
            WHERE l.workspace_id = c.workspace_id AND l.appointment_id = c.appointment_id
              AND l.configuration_id = c.configuration_id AND l.scheduled_start = c.scheduled_start)
    ), timed AS (
        SELECT raw.*, CASE WHEN raw.send_window IS NULL THEN raw.due ELSE app.sending_moment(
                   raw.due, raw.send_window, coalesce(k.timezone, w.timezone), raw.armed_at, raw.deadline) END AS moment
        FROM raw
        LEFT JOIN clients AS k ON raw.send_window IS NOT NULL
            AND k.workspace_id = raw.workspace_id AND k.id = raw.client_id
        LEFT JOIN workspaces AS w ON raw.send_window IS NOT NULL AND w.workspace_id = raw.workspace_id
    ), judged AS MATERIALIZED (
        SELECT *, coalesce(moment, due) AS due_at, CASE
            WHEN due < booked_at THEN '{Reason.BOOKED_LATE}'
            WHEN due < armed_at THEN '{Reason.CONFIGURED_LATE}'
            WHEN moment IS NULL THEN '{Reason.OUTSIDE_WINDOW}'
            WHEN deadline < now() THEN '{Reason.TOO_LATE}'
        END AS reason
        FROM timed
        WHERE coalesce(moment, due) <= now() + make_interval(secs => %(ahead)s::integer)
          AND (due >= armed_at OR scheduled_start > now())
        ORDER BY scheduled_start LIMIT %(most)s::integer
    ), made AS (
        INSERT INTO reminder_logs (workspace_id, id, appointment_id, configuration_id, hours_before,
                                   scheduled_start, due_at, deadline, status, reason, next_attempt_at)
        SELECT workspace_id, app.new_id(), appointment_id, configuration_id, hours_before, scheduled_start,
               due_at, deadline, CASE WHEN reason IS NULL THEN 'pending' ELSE 'skipped' END, reason,
               greatest(due_at, now()) + make_interval(mins => ((row_number() OVER (
                   PARTITION BY workspace_id, reason IS NULL ORDER BY due_at) - 1) / %(per_minute)s::integer)::integer)
        FROM judged
        ON CONFLICT DO NOTHING
        RETURNING workspace_id, id, status, next_attempt_at
    ), event AS ({_EVENT.format(action="'reminder.create'", source="made")}
    ), passed AS (
        UPDATE reminder_scheduler SET passed_at = now() WHERE (SELECT count(*) FROM judged) < %(most)s::integer
    )
    SELECT id, status, next_attempt_at FROM made
""")


def _waiting(of: str = "") -> str:
    """Due, and nobody's."""
    return (
        f"{of}status = 'pending' AND {of}next_attempt_at <= now()"
        f" AND ({of}claimed_until IS NULL OR {of}claimed_until < now())"
    )


# The next reminders that are due: those first whose workspace was served least within the last minute.
# What another worker holds is skipped; whatever was claimed and not settled is free when its lease ends.
CLAIM = Statement.of(f"""
    WITH recent AS (
        SELECT workspace_id, count(*) AS served FROM (
            SELECT workspace_id FROM reminder_logs WHERE handed_over_at > now() - interval '1 minute'
            UNION ALL
            SELECT workspace_id FROM reminder_logs
            WHERE status = 'pending' AND claimed_until > now() AND handed_over_at IS NULL
        ) AS either GROUP BY workspace_id
    ), waiting AS (
        SELECT l.workspace_id, l.id, l.next_attempt_at,
               coalesce(recent.served, 0) + row_number() OVER (
                   PARTITION BY l.workspace_id ORDER BY l.next_attempt_at, l.id) AS turn
        FROM reminder_logs AS l LEFT JOIN recent ON recent.workspace_id = l.workspace_id
        WHERE {_waiting("l.")}
    ), chosen AS (
        SELECT l.workspace_id, l.id FROM waiting
        JOIN reminder_logs AS l ON l.workspace_id = waiting.workspace_id AND l.id = waiting.id
        WHERE waiting.turn <= %(per_minute)s::integer AND {_waiting("l.")}
        ORDER BY waiting.turn, waiting.next_attempt_at LIMIT %(most)s::integer
        FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE reminder_logs AS l
    SET claim_id = %(claim)s::uuid, claimed_until = now() + make_interval(secs => %(lease)s::float)
    FROM chosen WHERE l.workspace_id = chosen.workspace_id AND l.id = chosen.id
    RETURNING l.workspace_id, l.id, l.attempts, l.handovers, l.handed_over_at, l.deadline, l.due_at, l.reason,
              now() AS claimed_at, EXISTS (
                  SELECT FROM reminder_logs AS nearer
                  WHERE nearer.workspace_id = l.workspace_id AND nearer.appointment_id = l.appointment_id
                    AND nearer.scheduled_start = l.scheduled_start AND nearer.hours_before < l.hours_before
                    AND nearer.due_at <= now() AND nearer.status IN ('pending', 'sent')
              ) AS superseded
""")

RENEW = Statement.of("""
    UPDATE reminder_logs SET claimed_until = now() + make_interval(secs => %(lease)s::float)
    WHERE id = ANY(%(ids)s::uuid[]) AND claim_id = %(claim)s::uuid AND status = 'pending'
""")

# The mark: from here on nobody can say that the message is not out. It is made only if the reminder is
# still this worker's, and appointment, client and rule are as they were when the message was written.
HAND_OVER = Statement.of("""
    UPDATE reminder_logs AS l SET handed_over_at = now(), handovers = handovers + 1
    WHERE l.workspace_id = %(workspace)s::uuid AND l.id = %(id)s::uuid AND l.claim_id = %(claim)s::uuid
      AND l.claimed_until > now() AND l.status = 'pending'
      AND EXISTS (SELECT FROM appointments AS a WHERE a.workspace_id = l.workspace_id
                  AND a.id = l.appointment_id AND a.version = %(appointment_version)s::integer)
      AND EXISTS (SELECT FROM clients AS k WHERE k.workspace_id = l.workspace_id
                  AND k.id = %(client)s::uuid AND k.version = %(client_version)s::integer)
      AND (l.configuration_id IS NULL OR EXISTS (
          SELECT FROM reminder_configurations AS r WHERE r.workspace_id = l.workspace_id
          AND r.id = l.configuration_id AND r.version = %(configuration_version)s::integer))
    RETURNING l.id
""")

# What became of it. A message that the server has taken is sent, whoever holds the reminder by now.
SETTLE = Statement.of(f"""
    WITH hit AS (
        UPDATE reminder_logs SET
            status = %(status)s::text, reason = %(reason)s::text, attempts = attempts + %(tried)s::integer,
            next_attempt_at = %(next_attempt_at)s::timestamptz,
            sent_at = CASE WHEN %(status)s::text = 'sent' THEN now() END, message_id = %(message_id)s::text,
            handed_over_at = CASE WHEN %(refused)s::boolean THEN NULL ELSE handed_over_at END,
            handovers = handovers - %(refused)s::boolean::integer,
            claim_id = NULL, claimed_until = NULL
        WHERE workspace_id = %(workspace)s::uuid AND id = %(id)s::uuid AND status = 'pending'
          AND (claim_id = %(claim)s::uuid OR %(status)s::text = 'sent')
        RETURNING workspace_id, id, due_at, status
    ), event AS ({_EVENT.format(action="%(action)s::text", source="hit WHERE status <> 'pending'")})
    SELECT due_at FROM hit
""")

ANY_DUE = Statement.of(f"SELECT id FROM reminder_logs WHERE {_waiting()} LIMIT 1")
COMING = Statement.of("""
    SELECT id, next_attempt_at FROM reminder_logs
    WHERE status = 'pending' AND next_attempt_at BETWEEN now() AND now() + interval '2 minutes'
    ORDER BY next_attempt_at LIMIT 2000
""")
DEPTH = Statement.of("""
    SELECT count(*) AS depth, coalesce(extract(epoch FROM now() - min(due_at)), 0)::float AS oldest
    FROM reminder_logs WHERE status = 'pending' AND next_attempt_at <= now()
""")

LINKED = Statement.of("""
    SELECT l.workspace_id, l.appointment_id, a.client_id, l.scheduled_start,
           coalesce(w.reminder_sender_name, w.name) AS practice_name, coalesce(k.locale, w.locale) AS language,
           coalesce(k.timezone, w.timezone) AS zone, w.timezone AS practice_zone,
           a.status = 'scheduled' AND a.archived_at IS NULL AND a.scheduled_start = l.scheduled_start AS open
    FROM reminder_logs AS l
    JOIN appointments AS a ON a.workspace_id = l.workspace_id AND a.id = l.appointment_id
    JOIN clients AS k ON k.workspace_id = a.workspace_id AND k.id = a.client_id
    JOIN workspaces AS w ON w.workspace_id = l.workspace_id
    WHERE l.id = %(id)s::uuid AND w.closed_at IS NULL
""")

# Who was reminded of an appointment that was then cancelled is told, once; their calendar takes the entry out.
CANCELLED = Statement.of(f"""
    WITH made AS (
        INSERT INTO reminder_logs (workspace_id, id, kind, appointment_id, scheduled_start, due_at, deadline,
                                   next_attempt_at)
        SELECT workspace_id, app.new_id(), 'cancellation', appointment_id, scheduled_start, now(),
               scheduled_start, now()
        FROM (
            SELECT DISTINCT l.workspace_id, l.appointment_id, l.scheduled_start FROM reminder_logs AS l
            JOIN appointments AS a ON a.workspace_id = l.workspace_id AND a.id = l.appointment_id
            JOIN workspaces AS w ON w.workspace_id = l.workspace_id AND w.closed_at IS NULL
            WHERE l.kind = 'reminder' AND l.status = 'sent' AND l.scheduled_start > now()
              AND a.scheduled_start = l.scheduled_start
              AND (a.status = 'cancelled' OR a.archived_at IS NOT NULL)
        ) AS gone
        ON CONFLICT DO NOTHING
        RETURNING workspace_id, id, status, next_attempt_at
    ), event AS ({_EVENT.format(action="'reminder.create'", source="made")})
    SELECT id, status, next_attempt_at FROM made
""")

# What a server reported after it had taken the message.
BOUNCED = Statement.of(f"""
    WITH hit AS (
        UPDATE reminder_logs SET status = 'bounced', reason = '{Reason.UNDELIVERABLE}'
        WHERE id = %(id)s::uuid AND status = 'sent'
          AND workspace_id IN (SELECT workspace_id FROM workspaces WHERE closed_at IS NULL)
        RETURNING workspace_id, id, appointment_id
    ), event AS ({_EVENT.format(action="'reminder.bounce'", source="hit")})
    SELECT hit.workspace_id, hit.id, a.client_id FROM hit
    JOIN appointments AS a ON a.workspace_id = hit.workspace_id AND a.id = hit.appointment_id
""")
