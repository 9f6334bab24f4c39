-- Rows that stay as they are, but for their ciphertext under a newer key (decision 16).
--
-- A transaction that began so may put the same text under a newer key of the workspace. That the text is the same
-- only who has the keys can see. What PostgreSQL sees is that nothing but ciphertext of equal length changes, and
-- only to a key number that the system role has made since: once a row has the newest number, the door is shut for
-- it.
CREATE FUNCTION app.begin_resealing(workspace uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
BEGIN
    PERFORM set_config('app.workspace_id', workspace::text, true);
    PERFORM set_config('app.resealing', 'on', true);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION app.begin_resealing FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begin_resealing TO pazpaz_app;

CREATE FUNCTION app.is_resealed(workspace uuid, before bytea, after bytea) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF before IS NOT DISTINCT FROM after THEN
        RETURN true;
    END IF;
    RETURN coalesce(
        current_setting('app.resealing', true) = 'on'
        AND octet_length(before) = octet_length(after) AND octet_length(after) >= 33
        AND get_byte(before, 0) = get_byte(after, 0)
        AND substring(before FROM 2 FOR 4) < substring(after FROM 2 FOR 4)
        AND EXISTS (SELECT FROM public.workspace_keys AS k WHERE k.workspace_id = workspace
                    AND int4send(k.number) = substring(after FROM 2 FOR 4)),
        false);
END
$$;

-- Named by the trigger `stays` of a table, with the table's sealed columns.
CREATE FUNCTION app.refuse_unless_resealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    name text;
BEGIN
    IF after ->> 'client_id' <> before ->> 'client_id' AND before - 'client_id' = after - 'client_id'
       AND app.is_moved(OLD.workspace_id, (before ->> 'session_id')::uuid, (before ->> 'client_id')::uuid,
                        (after ->> 'client_id')::uuid) THEN
        RETURN NEW;  -- its note went to another client (moves)
    END IF;
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF NOT app.is_resealed(OLD.workspace_id, (before ->> name)::bytea, (after ->> name)::bytea) THEN
            RAISE EXCEPTION 'this row does not change' USING ERRCODE = 'PZ403';
        END IF;
    END LOOP;
    IF before - TG_ARGV <> after - TG_ARGV THEN
        RAISE EXCEPTION 'this row does not change' USING ERRCODE = 'PZ403';
    END IF;
    RETURN NEW;
END
$$;
