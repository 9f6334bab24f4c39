-- What every table stands on: the way in, ids, and what refuses.

CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO pazpaz_app, pazpaz_system;

-- The way in for every statement: it sets the workspace for this transaction and verifies the actor. A job acts
-- as nobody in particular: no user, no credential, the role `system`.
CREATE FUNCTION app.enter(
    workspace uuid, actor uuid, credential uuid, acting_as text,
    while_locked boolean DEFAULT false
)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
BEGIN
    PERFORM set_config('app.workspace_id', workspace::text, true);
    IF acting_as = 'system' AND actor IS NULL AND credential IS NULL THEN
        RETURN true;
    END IF;
    IF EXISTS (
        SELECT FROM public.credentials AS c
        WHERE c.workspace_id = workspace AND c.id = credential AND c.user_id = actor
          AND c.role = acting_as
          AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())
          AND (while_locked OR c.locked_at IS NULL AND (c.idle_until IS NULL OR c.idle_until > now()))
    ) THEN
        RETURN true;
    END IF;
    RAISE EXCEPTION 'the actor is not valid any more' USING ERRCODE = 'PZ401';
END
$$;
REVOKE ALL ON FUNCTION app.enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.enter TO pazpaz_app;

-- UUIDv7 (RFC 9562, 5.7) where a statement makes many rows; PostgreSQL has its own from 18 on.
CREATE FUNCTION app.new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid()) PLACING
                substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                FROM 1 FOR 6),
            52, 1), 53, 1),
        'hex')::uuid
$$;
REVOKE ALL ON FUNCTION app.new_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.new_id TO pazpaz_system;

-- Past events do not change, whoever asks; the privileges already refuse the application.
CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this table is append-only' USING ERRCODE = 'PZ403';
END
$$;
