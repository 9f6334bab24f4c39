"""What PostgreSQL's catalogue must say of every table, as checks that name what is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg

from tests.support.guards_grants import (
    APP_MAY_NOT,
    APP_MAY_ONLY,
    OF_RECORDS,
    PLAIN_TEXT,
    RESEALED_ONLY,
    UNSCOPED,
)
from tests.support.guards_system import excess, needed

Connection: TypeAlias = "asyncpg.Connection[Any]"
Check = Callable[["asyncpg.Connection[Any]"], Awaitable[list[str]]]

ROLES = ("pazpaz_app", "pazpaz_system")
POLICY = "(workspace_id = (NULLIF(current_setting('app.workspace_id'::text, true), ''::text))::uuid)"
AUTOSAVED = {
    "saved_by",
    "saved_with",
    "saved_since",
    "subjective",
    "objective",
    "assessment",
    "plan",
    "version",
    "updated_at",
}
APPEND_ONLY = {
    "audit_events": {"UPDATE", "DELETE", "TRUNCATE"},
    "audit_checkpoints": {"UPDATE", "DELETE", "TRUNCATE"},
    "session_amendments": {"DELETE", "TRUNCATE"},  # its UPDATE: RESEALED_ONLY
    "moves": {"DELETE", "TRUNCATE"},  # likewise
}
_REFUSALS = {"UPDATE", "DELETE", "TRUNCATE"}
_OF_ROWS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
_PLAIN_TYPES = ("uuid", "bool", "int2", "int4", "int8", "numeric", "timestamptz", "date", "bytea")

_TABLES = """
    SELECT c.oid, c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
           w.attnum AS workspace, i.attnum AS id
    FROM pg_class c
    LEFT JOIN pg_attribute w ON w.attrelid = c.oid AND w.attname = 'workspace_id'
    LEFT JOIN pg_attribute i ON i.attrelid = c.oid AND i.attname = 'id'
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    ORDER BY c.relname
"""


async def scoped_tables(connection: Connection) -> list[str]:
    """Every table that is not listed as unscoped."""
    return [row["name"] for row in await connection.fetch(_TABLES) if row["name"] not in UNSCOPED]


async def scoping(connection: Connection) -> list[str]:
    """Row-level security is enabled and forced; every table has a workspace or a reason."""
    found = []
    for table in await connection.fetch(_TABLES):
        name = table["name"]
        if name not in UNSCOPED and table["workspace"] is None:
            found.append(f"{name}: has no workspace_id, and no reason is listed")
        if name != "alembic_version" and not table["enabled"]:
            found.append(f"{name}: row-level security is not enabled")
        if name != "alembic_version" and not table["forced"]:
            found.append(f"{name}: row-level security is not forced")
    return found


async def policies(connection: Connection) -> list[str]:
    """One policy for the application, for all commands, that reads and writes only the workspace."""
    rows = await connection.fetch(
        "SELECT tablename, policyname, roles::text[] AS roles, cmd, permissive, qual, with_check"
        " FROM pg_policies"
    )
    found, system = [], {table for table, _, _ in await needed(connection)}
    for table in await scoped_tables(connection):
        own = [r for r in rows if r["tablename"] == table and r["roles"] == ["pazpaz_app"]]
        if len(own) != 1:
            found.append(f"{table}: has {len(own)} policies for pazpaz_app, not 1")
        for policy in own:
            if (policy["cmd"], policy["permissive"]) != ("ALL", "PERMISSIVE"):
                found.append(f"{table}: policy {policy['policyname']} is not for all commands")
            found += [
                f"{table}: policy {policy['policyname']} {clause} is {policy[column]}"
                for clause, column in (("USING", "qual"), ("WITH CHECK", "with_check"))
                if policy[column] != POLICY
            ]
    for row in rows:
        allowed = ["pazpaz_system"] if row["tablename"] in system else []
        if row["roles"] not in (["pazpaz_app"], allowed) or row["tablename"] == "alembic_version":
            found.append(f"{row['tablename']}: policy {row['policyname']} is for {row['roles']}")
    return found


async def keys(connection: Connection) -> list[str]:
    """Primary keys are (workspace_id, id); whatever is unique is so within a workspace."""
    rows = await connection.fetch("""
        SELECT t.relname AS table, i.relname AS index, x.indisprimary AS primary,
               array(SELECT coalesce(a.attname::text, '') FROM unnest(x.indkey) WITH ORDINALITY AS k(n, o)
                     LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.o) AS columns
        FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indisunique OR x.indisexclusion
    """)
    found, scoped = [], await scoped_tables(connection)
    with_key = {row["table"] for row in rows if row["primary"]}
    found += [f"{name}: has no primary key" for name in scoped if name not in with_key]
    for row in rows:
        if row["table"] not in scoped:
            continue
        if row["primary"] and row["columns"][:2] != ["workspace_id", "id"]:
            found.append(f"{row['table']}: {row['index']} does not begin with (workspace_id, id)")
        if row["columns"][0] != "workspace_id":
            found.append(f"{row['table']}: {row['index']} does not begin with workspace_id")
    return found


async def references(connection: Connection) -> list[str]:
    """A foreign key carries the workspace on both sides, in the same place."""
    rows = await connection.fetch("""
        SELECT k.conname AS name, k.conrelid::regclass::text AS "table", k.confrelid::regclass::text AS target,
               array(SELECT a.attname::text || '=' || b.attname::text
                     FROM unnest(k.conkey, k.confkey) AS p(f, t)
                     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.f
                     JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = p.t) AS pairs
        FROM pg_constraint k WHERE k.contype = 'f'
    """)
    return [
        f"{row['table']}: {row['name']} to {row['target']} does not carry workspace_id"
        for row in rows
        if "workspace_id=workspace_id" not in row["pairs"]
    ]


async def views_and_functions(connection: Connection) -> list[str]:
    """Nothing reads as its owner: views ask as the invoker, definer functions pin their search_path."""
    views = await connection.fetch("""
        SELECT c.relname, c.relkind::text AS kind, coalesce(c.reloptions::text, '') AS options FROM pg_class c
        WHERE c.relkind IN ('v', 'm') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    """)
    functions = await connection.fetch("""
        SELECT p.oid::regprocedure::text AS name FROM pg_proc p
        WHERE p.prosecdef AND p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
          AND NOT coalesce(p.proconfig::text, '') LIKE '%search_path=%'
    """)
    return [
        f"{view['relname']}: the view is not security_invoker"
        for view in views
        if view["kind"] == "m" or "security_invoker=true" not in view["options"].replace("=on", "=true")
    ] + [f"{row['name']}: SECURITY DEFINER without a pinned search_path" for row in functions]


async def roles(connection: Connection) -> list[str]:
    """The application's roles own nothing, belong to no role and have no power of the server."""
    found = []
    for role in ROLES:
        powers = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
            " FROM pg_roles WHERE rolname = $1",
            role,
        )
        found += [f"{role}: has {power}" for power, has in dict(powers or {"missing": 1}).items() if has]
        for what in await connection.fetch(
            "SELECT relname::text FROM pg_class WHERE relowner = $1::regrole"
            " UNION ALL SELECT proname::text FROM pg_proc WHERE proowner = $1::regrole"
            " UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspowner = $1::regrole"
            " UNION ALL SELECT datname::text FROM pg_database WHERE datdba = $1::regrole",
            role,
        ):
            found.append(f"{what[0]}: is owned by {role}")
        for member in await connection.fetch(
            "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = $1::regrole", role
        ):
            found.append(f"{role}: is a member of {member[0]}")
        for schema in await connection.fetch(
            "SELECT nspname::text FROM pg_namespace WHERE has_schema_privilege($1, oid, 'CREATE')"
            " AND nspname !~ '^pg_(toast_)?temp'",
            role,
        ):
            found.append(f"{role}: may create in schema {schema[0]}")
    return found


async def privileges(connection: Connection) -> list[str]:
    """No role may delete, truncate or refer; each may do what is listed and no more."""
    rows = await connection.fetch(
        """
        SELECT c.relname::text AS name, r.role, p.privilege || CASE
                 WHEN has_table_privilege(r.role, c.oid, p.privilege) THEN ''
                 ELSE (SELECT format(' (%s)', string_agg(attname, ', ' ORDER BY attnum)) FROM pg_attribute
                       WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                         AND has_column_privilege(r.role, c.oid, attnum, p.privilege)) END AS privilege
        FROM pg_class c, unnest($1::text[]) AS r(role),
             unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p(privilege)
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
          AND CASE WHEN p.privilege IN ('DELETE', 'TRUNCATE', 'TRIGGER')
                   THEN has_table_privilege(r.role, c.oid, p.privilege)
                   ELSE has_any_column_privilege(r.role, c.oid, p.privilege) END
        """,
        list(ROLES),
    )
    ordinary = {"SELECT", "INSERT", "UPDATE"}
    may: dict[str, Callable[[str], set[str]]] = {
        "pazpaz_app": lambda t: APP_MAY_ONLY.get(
            t, set() if t in UNSCOPED else ordinary - APP_MAY_NOT.get(t, set())
        ),
        "pazpaz_system": lambda _: set(),  # what it may read and write: guards_system.excess
    }
    return [
        f"{row['name']}: {row['role']} may {row['privilege']}"
        for row in rows
        if row["privilege"] not in may[row["role"]](row["name"])
        and not (row["role"] == "pazpaz_system" and row["privilege"].split()[0] in _OF_ROWS)
    ]


async def sequences(connection: Connection) -> list[str]:
    """Positions of events are given out one by one, in order, and nobody but the owner sets them back."""
    rows = await connection.fetch(
        """
        SELECT c.relname::text AS name, s.seqcache, s.seqcycle, s.seqincrement,
               array(SELECT r || ' may set it' FROM unnest($1::text[]) AS r
                     WHERE has_sequence_privilege(r, c.oid, 'UPDATE')) AS powers
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        """,
        list(ROLES),
    )
    found = [f"{row['name']}: {power}" for row in rows for power in row["powers"]]
    # A number that a session keeps for later would be older than the transaction that uses it.
    return found + [
        f"{row['name']}: does not count up one by one"
        for row in rows
        if (row["seqcache"], row["seqcycle"], row["seqincrement"]) != (1, False, 1)
    ]


async def append_only_triggers(connection: Connection) -> list[str]:
    """UPDATE, DELETE and TRUNCATE of what is append-only are refused by triggers that are switched on."""
    found = []
    for table, refusals in APPEND_ONLY.items():
        refused = await _refused(connection, table, "refuse_change", conditional=False)
        found += [f"{table}: no trigger refuses {name}" for name in sorted(refusals - refused)]
    return found


async def resealed_only(connection: Connection) -> list[str]:
    """What only a newer key may change meets the trigger that sees to it, on exactly its sealed columns."""
    found = []
    for table, columns in RESEALED_ONLY.items():
        looked_at = await connection.fetchval(
            """
            SELECT array_remove(string_to_array(encode(tgargs, 'escape'), '\\000'), '')
            FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE tgrelid = $1::text::regclass AND p.proname = 'refuse_unless_resealed' AND tgqual IS NULL
              AND tgenabled IN ('O', 'A') AND tgtype & 2 = 2 AND tgtype & 1 = 1 AND tgtype & 16 = 16
            """,
            table,
        )
        if set(looked_at or ()) != set(columns):
            found.append(f"{table}: no trigger keeps {', '.join(columns)}")
    return found


async def finalized_notes(connection: Connection) -> list[str]:
    """UPDATE, DELETE and TRUNCATE of notes meet a trigger that knows finalized ones, and it is switched on."""
    refused = await _refused(connection, "sessions", "refuse_finalized", conditional=True)
    return [f"sessions: no trigger looks at {name}" for name in sorted(_REFUSALS - refused)]


async def records(connection: Connection) -> list[str]:
    """What is merged or erased takes nothing: the triggers that see to it are switched on."""
    rows = await connection.fetch("""
        SELECT p.proname, tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE tgenabled IN ('O', 'A') AND tgqual IS NULL""")
    on = {tuple(row) for row in rows}
    wanted = [(name, table) for name, tables in OF_RECORDS.items() for table in sorted(tables)]
    return [f"{table}: no trigger {name}" for name, table in wanted if (name, table) not in on]


async def _refused(connection: Connection, table: str, function: str, *, conditional: bool) -> set[str]:
    """What BEFORE triggers of this function stand in the way of."""
    kinds = await connection.fetch(
        """
        SELECT tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE tgrelid = $1::text::regclass AND p.proname = $2 AND tgenabled IN ('O', 'A')
          AND ($3 OR tgqual IS NULL) AND tgtype & 2 = 2
        """,
        table,
        function,
        conditional,
    )
    bits = {"DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
    return {name for name, bit in bits.items() for (kind,) in kinds if kind & bit}


async def sealed_columns(connection: Connection) -> list[str]:
    """Text of a scoped table is sealed (bytea), one of a list of words, or listed with a reason."""
    rows = await connection.fetch(
        """
        SELECT c.relname::text AS name, a.attname::text AS column, format_type(a.atttypid, NULL) AS type,
               EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.convalidated
                       AND pg_get_constraintdef(k.oid) LIKE 'CHECK ((' || a.attname || ' = ANY (ARRAY[%') AS listed
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relkind IN ('r', 'p') AND c.relname = ANY($1::text[]) AND NOT t.typname = ANY($2::text[])
        """,
        await scoped_tables(connection),
        list(_PLAIN_TYPES),
    )
    return [
        f"{row['name']}.{row['column']}: {row['type']} may hold health data in plain"
        for row in rows
        if not row["listed"] and f"{row['name']}.{row['column']}" not in PLAIN_TEXT
    ]


async def hot_updates(connection: Connection) -> list[str]:
    """No index of sessions contains, computes from or depends on a column that autosave changes."""
    rows = await connection.fetch("""
        SELECT i.relname::text AS name, a.attname::text AS column
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_attribute a ON a.attrelid = x.indrelid AND (
            a.attnum = ANY (x.indkey) OR EXISTS (
                SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.oid
                AND d.refobjid = x.indrelid AND d.refobjsubid = a.attnum))
        WHERE x.indrelid = 'sessions'::regclass
    """)
    return [
        f"sessions: {row['name']} contains {row['column']}, which autosave changes"
        for row in rows
        if row["column"] in AUTOSAVED
    ]


CHECKS: tuple[Check, ...] = (
    scoping, policies, keys, references, views_and_functions, roles, privileges, excess, sequences,
    append_only_triggers,
    resealed_only, finalized_notes, records, sealed_columns, hot_updates,
)  # fmt: skip


async def problems(connection: Connection) -> list[str]:
    """Everything that is wrong, each naming its table."""
    return [problem for check in CHECKS for problem in await check(connection)]
