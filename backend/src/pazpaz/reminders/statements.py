"""Statements of the scheduler and of delivery, run as the system role over all workspaces."""

from pazpaz.core.db.statements import SystemStatement
from pazpaz.reminders.models import LATEST, QUIET

_QUIET = f"interval '{int(QUIET.total_seconds())} seconds'"
_LATEST = f"interval '{int(LATEST.total_seconds())} seconds'"
# Hours by which a send window may move a reminder either way: as long as it is shut, and a change of the clock.
_SLACK = """CASE WHEN send_window IS NULL THEN 0 ELSE 26 - floor(extract(epoch FROM
            split_part(send_window, '-', 2)::time - split_part(send_window, '-', 1)::time) / 3600)::integer END"""
_EVENT = """
    INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id, request_id)
    SELECT workspace_id, app.new_id(), {action}, 'reminder', id, %(request_id)s::uuid FROM {source}
"""

# Since when there are changes that no pass that came to its end has seen: ten minutes cover transactions that
# were open. What was due a month ago is about nothing that is to come; what was moved then may be.
_SEEN = "passed_at - interval '10 minutes'"
LOOK = SystemStatement.of(
    f"SELECT now() AS now, greatest({_SEEN}, now() - interval '30 days') AS since FROM reminder_scheduler"
)

# What may fall due by then, or was missed, and has no row yet: due moments that have come near, appointments
# booked or moved, rules switched on. When each is sent, and whether, is decided in `moments.py`.
_SINCE, _UNTIL = "%(since)s::timestamptz", "%(until)s::timestamptz"
_OPEN = (
    "a.scheduled_start > now() - interval '2 days' AND a.status = 'scheduled' AND a.archived_at IS NULL"
    " AND r.is_active AND r.archived_at IS NULL"
)
_WANTED = """a.workspace_id, a.id AS appointment_id, a.client_id, a.scheduled_start, a.booked_at,
               r.id AS configuration_id, r.hours_before, r.send_window, r.active_since"""
# The calendars of practices with days without sending.
QUIET_DAYS = SystemStatement.of("""
    SELECT q.workspace_id, q.weekdays, q.dates, q.festivals, q.from_sunset, w.timezone FROM quiet_days AS q
    JOIN workspaces AS w ON w.workspace_id = q.workspace_id
    WHERE cardinality(q.weekdays) + cardinality(q.dates) > 0 OR q.festivals IS NOT NULL
""")

# What falls on days without sending may go before they begin: of practices that have some about now, all of those.
CANDIDATES = SystemStatement.of(f"""
    WITH quiet AS (
        SELECT * FROM unnest(%(quiet)s::uuid[], %(quiet_since)s::timestamptz[], %(quiet_until)s::timestamptz[])
                      AS q (workspace_id, since, until)
    ), rule AS (
        SELECT hours_before, max({_SLACK}) AS slack FROM (
            SELECT DISTINCT hours_before, send_window FROM reminder_configurations
            WHERE is_active AND archived_at IS NULL
        ) AS either GROUP BY hours_before
    ), near AS MATERIALIZED (
        SELECT rule.hours_before, a.* FROM rule
        CROSS JOIN LATERAL (  -- by the index on the start, once per rule: OFFSET 0 keeps the planner from more
            SELECT workspace_id, id, client_id, scheduled_start, booked_at, status, archived_at FROM appointments
            WHERE scheduled_start > {_SINCE} + make_interval(hours => rule.hours_before - rule.slack)
              AND scheduled_start <= {_UNTIL} + make_interval(hours => rule.hours_before + rule.slack)
              AND scheduled_start >= %(start)s::timestamptz AND status = 'scheduled' AND archived_at IS NULL
            OFFSET 0
        ) AS a
    ), changed AS (
        SELECT {_WANTED} FROM near AS a
        JOIN reminder_configurations AS r ON r.workspace_id = a.workspace_id AND r.hours_before = a.hours_before
        WHERE {_OPEN} AND a.scheduled_start > {_SINCE} + make_interval(hours => r.hours_before - {_SLACK})
        UNION
        SELECT {_WANTED} FROM appointments AS a
        JOIN reminder_configurations AS r ON r.workspace_id = a.workspace_id
        WHERE {_OPEN} AND a.booked_at > {_SINCE}
        UNION
        SELECT {_WANTED} FROM reminder_configurations AS r
        JOIN appointments AS a ON a.workspace_id = r.workspace_id AND a.scheduled_start > now()
        WHERE {_OPEN} AND r.active_since > {_SINCE}
        UNION
        SELECT {_WANTED} FROM quiet AS q
        JOIN reminder_configurations AS r ON r.workspace_id = q.workspace_id
        JOIN appointments AS a ON a.workspace_id = q.workspace_id
         AND a.scheduled_start > q.since + make_interval(hours => r.hours_before - {_SLACK})
         AND a.scheduled_start <= q.until + make_interval(hours => r.hours_before + {_SLACK})
        WHERE {_OPEN}
    )
    SELECT workspace_id, appointment_id, configuration_id, scheduled_start, booked_at, hours_before, active_since,
           send_window, CASE WHEN send_window IS NOT NULL THEN (
               SELECT coalesce(k.timezone, w.timezone) FROM clients AS k
               JOIN workspaces AS w ON w.workspace_id = k.workspace_id
               WHERE k.workspace_id = c.workspace_id AND k.id = c.client_id) END AS zone
    FROM changed AS c LEFT JOIN quiet AS q USING (workspace_id)
    WHERE scheduled_start - make_interval(hours => hours_before + {_SLACK}) <= greatest({_UNTIL}, q.until)
      AND (scheduled_start - make_interval(hours => hours_before) >= greatest(booked_at, active_since)
           OR scheduled_start > now())
      AND (scheduled_start, appointment_id, configuration_id)
          > (%(start)s::timestamptz, %(appointment)s::uuid, %(configuration)s::uuid)
      AND NOT EXISTS (
          SELECT FROM reminder_logs AS l
          WHERE l.workspace_id = c.workspace_id AND l.appointment_id = c.appointment_id
            AND l.configuration_id = c.configuration_id AND l.scheduled_start = c.scheduled_start)
    ORDER BY scheduled_start, appointment_id, configuration_id LIMIT %(most)s::integer
""")

# One that is not to be sent is written down with its reason. What was booked, moved or set up anew since the
# look is left to the next pass, which looks at all that was.
MAKE = SystemStatement.of(f"""
    WITH made AS (
        INSERT INTO reminder_logs (workspace_id, id, appointment_id, configuration_id, hours_before,
                                   scheduled_start, due_at, deadline, status, reason, next_attempt_at)
        SELECT a.workspace_id, app.new_id(), a.id, r.id, r.hours_before, a.scheduled_start, due_at,
               a.scheduled_start - {_LATEST}, CASE WHEN reason IS NULL THEN 'pending' ELSE 'skipped' END, reason,
               next_attempt_at
        FROM unnest(%(workspaces)s::uuid[], %(appointments)s::uuid[], %(configurations)s::uuid[],
                    %(bookings)s::timestamptz[], %(switches)s::timestamptz[], %(due)s::timestamptz[],
                    %(reasons)s::text[], %(attempts)s::timestamptz[])
             AS due (workspace_id, appointment_id, configuration_id, booked_at, active_since, due_at, reason,
                     next_attempt_at)
        JOIN appointments AS a ON a.workspace_id = due.workspace_id AND a.id = due.appointment_id
         AND a.booked_at = due.booked_at
        JOIN reminder_configurations AS r ON r.workspace_id = due.workspace_id AND r.id = due.configuration_id
         AND r.active_since = due.active_since
        ON CONFLICT DO NOTHING
        RETURNING workspace_id, id, status, next_attempt_at
    ), event AS ({_EVENT.format(action="'reminder.create'", source="made")})
    SELECT id, status, next_attempt_at FROM made
""")
PASSED = SystemStatement.of(
    "UPDATE reminder_scheduler SET passed_at = greatest(passed_at, %(now)s::timestamptz)"
)


# What keeps the delivery from sending a reminder that an appointment has a nearer one of.
NEARER = """EXISTS (
    SELECT FROM reminder_logs AS nearer
    WHERE nearer.workspace_id = l.workspace_id AND nearer.appointment_id = l.appointment_id
      AND nearer.scheduled_start = l.scheduled_start AND nearer.hours_before < l.hours_before
      AND nearer.due_at <= now() AND nearer.status IN ('pending', 'sent'))"""

# The mark is made only if appointment, client and rule are as they were when the message was written.
UNCHANGED = """EXISTS (SELECT FROM appointments AS a WHERE a.workspace_id = l.workspace_id
                  AND a.id = l.appointment_id AND a.version = %(appointment_version)s::integer)
      AND EXISTS (SELECT FROM clients AS k WHERE k.workspace_id = l.workspace_id
                  AND k.id = %(client)s::uuid AND k.version = %(client_version)s::integer)
      AND (l.configuration_id IS NULL OR EXISTS (
          SELECT FROM reminder_configurations AS r WHERE r.workspace_id = l.workspace_id
          AND r.id = l.configuration_id AND r.version = %(configuration_version)s::integer))"""

# What a mail says of its appointment is written down with the mark. After a mark whose outcome nobody knows there may
# be two that differ: then all that is known is as of which version the older one is.
_ALONE = "(l.handovers = 0 OR l.said_version = %(appointment_version)s::integer)"
COVERING = f""",
    said_version = CASE WHEN {_ALONE} THEN %(appointment_version)s::integer
                        ELSE least(coalesce(l.said_version, 0), %(appointment_version)s::integer) END,
    said_end = CASE WHEN {_ALONE} THEN %(said_end)s::timestamptz END,
    said_place = CASE WHEN {_ALONE} THEN %(said_place)s::text END,
    said_location = CASE WHEN {_ALONE} THEN %(said_location)s::uuid END,
    said_therapist_id = CASE WHEN {_ALONE} THEN %(said_therapist)s::uuid END"""

LINKED = SystemStatement.of("""
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

# What a client was told last of an appointment, or may have been; a mail that came back told nobody.
_TOLD = """SELECT t.kind, t.scheduled_start, coalesce(t.said_version, 0) AS version FROM reminder_logs AS t
            WHERE t.workspace_id = a.workspace_id AND t.appointment_id = a.id
              AND t.handed_over_at IS NOT NULL AND t.status <> 'bounced'
            ORDER BY t.handed_over_at DESC LIMIT 1"""
_FOLLOW_UP = """
    WITH made AS (
        INSERT INTO reminder_logs (workspace_id, id, kind, appointment_id, scheduled_start, booked_at, due_at,
                                   deadline, next_attempt_at)
        {gone}
        ON CONFLICT DO NOTHING
        RETURNING workspace_id, id, status, next_attempt_at
    ), event AS ({event})
    SELECT id, status, next_attempt_at FROM made
"""

# Who was told of an appointment that was then cancelled is told that, once a booking; their calendar takes it out.
# So is who was told nothing yet, where whoever cancelled it asked for that.
CANCELLED = SystemStatement.of(
    _FOLLOW_UP.format(
        gone=f"""SELECT a.workspace_id, app.new_id(), 'cancellation', a.id, told.scheduled_start, a.changed_at, now(),
               told.scheduled_start, now()
        FROM (
            SELECT DISTINCT workspace_id, appointment_id FROM reminder_logs
            WHERE handed_over_at IS NOT NULL AND kind <> 'cancellation' AND scheduled_start > now()
        ) AS l
        JOIN appointments AS a ON a.workspace_id = l.workspace_id AND a.id = l.appointment_id
         AND (a.status = 'cancelled' OR a.archived_at IS NOT NULL)
        JOIN workspaces AS w ON w.workspace_id = a.workspace_id AND w.closed_at IS NULL
        CROSS JOIN LATERAL ({_TOLD}) AS told
        WHERE told.kind <> 'cancellation' AND told.scheduled_start > now()
        UNION ALL
        SELECT a.workspace_id, app.new_id(), 'cancellation', a.id, a.scheduled_start, a.changed_at, now(),
               a.scheduled_start, now()
        FROM appointments AS a
        JOIN workspaces AS w ON w.workspace_id = a.workspace_id AND w.closed_at IS NULL
        WHERE a.is_cancellation_told AND a.status = 'cancelled' AND a.scheduled_start > now()
          AND NOT EXISTS ({_TOLD})""",
        event=_EVENT.format(action="'reminder.create'", source="made"),
    )
)

# Who was told of another time, or that it is off, or of it as it was before place, therapist or end changed, is told
# what is so, once a change. Whether it is then as they were told after all is decided when it is written.
CHANGED = SystemStatement.of(
    _FOLLOW_UP.format(
        gone=f"""SELECT a.workspace_id, app.new_id(), 'rescheduling', a.id, a.scheduled_start, a.changed_at,
               greatest(a.changed_at + {_QUIET}, now()), a.scheduled_start, greatest(a.changed_at + {_QUIET}, now())
        FROM appointments AS a
        JOIN workspaces AS w ON w.workspace_id = a.workspace_id AND w.closed_at IS NULL
        CROSS JOIN LATERAL ({_TOLD}) AS told
        WHERE a.changed_at > (SELECT {_SEEN} FROM reminder_scheduler)
          AND a.status = 'scheduled' AND a.archived_at IS NULL AND a.scheduled_start > now()
          AND (told.kind = 'cancellation' OR told.scheduled_start <> a.scheduled_start
               OR told.version < a.changed_version)""",
        event=_EVENT.format(action="'reminder.create'", source="made"),
    )
)

# What a server reported after it had taken the message; a quick one does so before the worker has noted that.
_REPORTED = """l.id = %(id)s::uuid
          AND (l.status = 'sent' OR l.status IN ('pending', 'failed') AND l.handed_over_at IS NOT NULL)"""
REPORTED = SystemStatement.of(f"SELECT l.workspace_id FROM reminder_logs AS l WHERE {_REPORTED}")
BOUNCED = SystemStatement.of(f"""
    WITH hit AS (
        UPDATE reminder_logs AS l SET status = 'bounced', reason = %(reason)s::text, settled_at = now()
        WHERE {_REPORTED}
          AND workspace_id IN (SELECT workspace_id FROM workspaces WHERE closed_at IS NULL)
        RETURNING workspace_id, id
    ), event AS ({_EVENT.format(action="'reminder.bounce'", source="hit")})
    SELECT id FROM hit
""")
