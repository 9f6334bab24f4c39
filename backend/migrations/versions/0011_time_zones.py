"""time zones."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0011"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_zone_offsets",
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("utc_offset", sa.Interval(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.CheckConstraint("since < until", name=op.f("ck_time_zone_offsets_order")),
        sa.PrimaryKeyConstraint("zone", "since", name=op.f("pk_time_zone_offsets")),
    )
    rls.system_only("time_zone_offsets", "SELECT, INSERT, DELETE")
    op.execute("CREATE POLICY everybody ON time_zone_offsets FOR SELECT TO pazpaz_app USING (true)")
    op.execute("GRANT SELECT ON time_zone_offsets TO pazpaz_app")
    op.execute(_SENDING_MOMENT)


def downgrade() -> None:
    op.execute(_EARLIER_SENDING_MOMENT)
    op.drop_table("time_zone_offsets")


# The window's nearest earlier moment if it is not before `armed`, else its next later one if that is by
# `latest`, else null. Local time is `time_zone_offsets`', which are the application's; PostgreSQL's own may
# be of another year, and are asked only about a zone that is not there. When the offset changes near by, the
# window is open from each day's opening to its closing under every offset, as long as that one holds; of an
# offset that ends, to its last minute.
_SENDING_MOMENT = """
        CREATE OR REPLACE FUNCTION app.sending_moment(
            due timestamptz, send_window text, zone text, armed timestamptz, latest timestamptz
        ) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            opens time; closes time; local timestamp; utc timestamp := due AT TIME ZONE 'UTC';
            held_since timestamptz; held_until timestamptz; shift interval;
            earlier timestamptz; later timestamptz;
        BEGIN
            IF send_window IS NULL THEN
                RETURN due;
            END IF;
            opens := split_part(send_window, '-', 1)::time;
            closes := split_part(send_window, '-', 2)::time;
            SELECT o.since, o.until, o.utc_offset INTO held_since, held_until, shift
            FROM public.time_zone_offsets AS o
            WHERE o.zone = sending_moment.zone AND o.since <= due ORDER BY o.since DESC LIMIT 1;
            IF NOT FOUND THEN
                held_since := '-infinity';
                held_until := 'infinity';
                shift := (due AT TIME ZONE zone) - utc;
            END IF;
            local := utc + shift;
            IF local::time BETWEEN opens AND closes THEN
                RETURN due;
            ELSIF held_since <= due - interval '3 days' AND held_until > due + interval '3 days' THEN
                earlier := (local::date - (local::time < opens)::integer + closes - shift) AT TIME ZONE 'UTC';
                later := (local::date + (local::time > closes)::integer + opens - shift) AT TIME ZONE 'UTC';
            ELSE
                SELECT max(last) FILTER (WHERE last <= due), min(first) FILTER (WHERE first > due)
                INTO earlier, later
                FROM public.time_zone_offsets AS o, generate_series(-3, 3) AS d,
                LATERAL (SELECT
                    greatest(o.since, (utc::date + d + opens - o.utc_offset) AT TIME ZONE 'UTC') AS first,
                    least(o.until - interval '1 minute', (utc::date + d + closes - o.utc_offset) AT TIME ZONE 'UTC')
                        AS last
                ) AS stretch
                WHERE o.zone = sending_moment.zone AND first <= last
                  AND o.since <= due + interval '3 days' AND o.until > due - interval '3 days';
            END IF;
            IF earlier >= armed THEN
                RETURN earlier;
            ELSIF later <= latest THEN
                RETURN later;
            END IF;
            RETURN NULL;
        EXCEPTION WHEN invalid_parameter_value THEN
            RETURN due;  -- a zone that nobody knows
        END
        $$
        """
_EARLIER_SENDING_MOMENT = """
        CREATE OR REPLACE FUNCTION app.sending_moment(
            due timestamptz, send_window text, zone text, armed timestamptz, latest timestamptz
        ) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            opens time; closes time; local timestamp;
            before interval; after interval; low timestamptz; high timestamptz; middle timestamptz;
            edges timestamptz[]; earlier timestamptz; later timestamptz;
        BEGIN
            IF send_window IS NULL THEN
                RETURN due;
            END IF;
            zone := CASE zone  -- PostgreSQL takes these for abbreviations, of zones without summer time
                WHEN 'CET' THEN 'Europe/Brussels' WHEN 'MET' THEN 'Europe/Brussels'
                WHEN 'EET' THEN 'Europe/Athens' WHEN 'WET' THEN 'Europe/Lisbon' ELSE zone END;
            opens := split_part(send_window, '-', 1)::time;
            closes := split_part(send_window, '-', 2)::time;
            local := due AT TIME ZONE zone;
            IF local::time BETWEEN opens AND closes THEN
                RETURN due;
            END IF;
            low := due - interval '27 hours';
            high := due + interval '27 hours';
            before := (low AT TIME ZONE zone) - (low AT TIME ZONE 'UTC');
            after := (high AT TIME ZONE zone) - (high AT TIME ZONE 'UTC');
            IF before <> after THEN
                low := date_trunc('minute', low);
                high := date_trunc('minute', high);
                WHILE high - low > interval '1 minute' LOOP
                    middle := low + floor(extract(epoch FROM high - low) / 120) * interval '1 minute';
                    IF (middle AT TIME ZONE zone) - (middle AT TIME ZONE 'UTC') = before THEN
                        low := middle;
                    ELSE
                        high := middle;
                    END IF;
                END LOOP;
                edges := ARRAY[low, high];
            END IF;
            edges := edges || ARRAY(
                SELECT ((local::date + d + edge) - shift) AT TIME ZONE 'UTC'
                FROM generate_series(-2, 2) AS d, unnest(ARRAY[opens, closes]) AS edge,
                     unnest(ARRAY[before, after]) AS shift
            );
            SELECT max(e) FILTER (WHERE e <= due), min(e) FILTER (WHERE e > due) INTO earlier, later
            FROM unnest(edges) AS e WHERE (e AT TIME ZONE zone)::time BETWEEN opens AND closes;
            IF earlier >= armed THEN
                RETURN earlier;
            ELSIF later <= latest THEN
                RETURN later;
            END IF;
            RETURN NULL;
        EXCEPTION WHEN invalid_parameter_value THEN
            RETURN due;  -- a zone that this PostgreSQL does not know
        END
        $$
        """
