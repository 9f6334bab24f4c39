"""An export holds the whole practice, exactly, and nothing of another."""

import hashlib
import json
import os
import stat
import sys
import zipfile
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.engine import Engine, Transaction
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.files.bucket import Bucket
from pazpaz.core.process.resources import Resources
from pazpaz.exports import queries, service
from pazpaz.exports.cells import cell
from pazpaz.features import EXPORTED
from tests.exports.conftest import HOSTILE
from tests.exports.opened import csv_of, export_of, json_of, table_of
from tests.support import stack
from tests.support.files import make_attachment
from tests.support.guards_attack import unpacked
from tests.support.guards_audit import events_of
from tests.support.guards_phi import slice_of
from tests.support.guards_stock import Stocked, stock
from tests.support.practice import Practice

LEFT_OUT = {
    "credentials": "hashes of sign-ins and tokens",
    "workspace_keys": "wrapped keys",
    "idempotency_keys": "answers kept for a day",
    "factors": "what proves a member",
    "factor_holders": "tries at proving",
    "factor_challenges": "what browsers were asked to sign",
    "recovery_codes": "hashes of codes",
    "account_notices": "mails about sign-ins",
    "known_devices": "hashes of browsers' cookies",
    "devices": "secrets of members' devices",
    "device_sign_ins": "which sign-ins were given them",
    "pack_clients": "what packs say already",
    "session_sync_receipts": "what a device sent already; a fingerprint, no text",
}
HELD_BACK = {
    "audit_events": {"position", "transaction_id"},  # count those of every workspace
    "sessions": {"saved_with"},  # which sign-in
    "session_conflicts": {"sent_with"},  # likewise
    "reminder_logs": {
        "claim_id",
        "claimed_until",
        "address_print",
    },  # which worker; what knows the address again
    "digests": {"claim_id", "claimed_until"},  # likewise
    "reply_mails": {"claim_id", "claimed_until"},  # likewise
    "workspaces": {"workspace_id", "announced_due_at", "closed_at", "erased_at"},  # its own id; its end
    "users": {"factors_reset_at"},  # about signing in
    "attachments": {"sent_as", "preview_sha256"},  # what tells a repeat and a preview from others
    "note_templates": {"called"},  # what tells names from each other
    "snippets": {"called"},  # likewise
}


async def _all(practice: Practice, path: str, **params: str) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    while True:
        page = (await practice.get(path, params={"limit": "100", **params})).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        params["cursor"] = page["next_cursor"]


async def test_every_field_of_the_api_is_in_the_export(stocked: Stocked) -> None:
    """What the API answers of each noun is in its JSON Lines, field for field and letter for letter."""
    practice, owned = stocked.practice, stocked.ids
    expected = {
        "clients": await _all(practice, "/clients") + await _all(practice, "/clients", archived="true"),
        "appointments": await _all(practice, "/appointments"),
        "sessions": await _all(practice, "/sessions", include="text"),
        "amendments": await _all(practice, f"/sessions/{owned['finalized']}/amendments"),
        "attachments": await _all(practice, f"/sessions/{owned['draft']}/attachments"),
        "conflicts": [(await practice.get(f"/sessions/conflicts/{owned['conflict']}")).json()],
        "plans": await _all(practice, "/plans"),
        "plan-revisions": await _all(practice, f"/plans/{owned['plan']}/revisions"),
        "milestones": (await practice.get(f"/plans/{owned['plan']}/milestones")).json()["items"],
        "reminder-configurations": await _all(practice, "/reminders/configurations"),
        "members": await _all(practice, "/members"),
        "workspace": [(await practice.get("/workspace")).json()],
    }
    archive = await export_of(practice)
    for noun, items in expected.items():
        rows = {row["id"]: row for row in json_of(archive, noun)}
        assert items, f"the API shows no {noun}"
        for item in items:
            shared = item.keys() & rows[item["id"]].keys()
            assert {k: rows[item["id"]][k] for k in shared} == {k: item[k] for k in shared}
            assert item.keys() - shared <= {"server", "differing"}, (
                "a conflict's view of the note as it is now"
            )


async def test_earlier_texts_and_events_are_in_the_export(app: FastAPI, practice: Practice) -> None:
    """A revision has its text, and the audit log is there up to the export itself."""
    note = await practice.make_session(plan="first")
    token = (await practice.post("/auth/tokens", {"name": "other device"})).json()["token"]
    device = {"Authorization": f"Bearer {token}"}
    await practice.put(f"/sessions/{note['id']}", {"plan": "second"}, headers=device)
    archive = await export_of(practice)
    assert [row["plan"] for row in json_of(archive, "session-revisions")] == ["first"]
    actions = [row["action"] for row in json_of(archive, "audit-events")]
    assert (actions[0], actions[-1]) == ("workspace.create", "workspace.export")


async def test_what_is_archived_is_in_the_export(stocked: Stocked) -> None:
    """Nothing that was put away is left behind."""
    archive = await export_of(stocked.practice)
    kinds = {
        "clients": "archived client", "appointments": "removed appointment", "plans": "archived plan",
        "sessions": "archived session", "milestones": "archived milestone", "attachments": "removed file",
        "conflicts": "resolved conflict", "members": "removed member",
    }  # fmt: skip
    assert [
        n for n, k in kinds.items() if stocked.ids[k] not in {row["id"] for row in json_of(archive, n)}
    ] == []


async def test_the_csv_says_what_the_json_says(stocked: Stocked) -> None:
    """Both have the same rows and fields; the CSV differs by apostrophes, and by columns that say a field again."""
    archive = await export_of(stocked.practice)
    for noun in EXPORTED:
        exact, table = json_of(archive, noun.name), table_of(archive, noun.name)
        assert [name for name in csv_of(archive, noun.name)[0] if name in noun.fields] == list(noun.fields)
        alike = [name for name in noun.fields if name != "phone"]  # which is written as it is dialled
        said = [{name: row[name].removeprefix("'") for name in alike} for row in table]
        assert said == [{name: cell(row[name]).removeprefix("'") for name in alike} for row in exact]
    hostile = next(row for row in json_of(archive, "clients") if row["first_name"] == HOSTILE["first_name"])
    assert {name: hostile[name] for name in HOSTILE} == HOSTILE


async def test_the_files_are_in_the_export(stocked: Stocked) -> None:
    """Each attachment's file, under its id and a plain name, with the bytes its hash says."""
    practice, owned = stocked.practice, stocked.ids
    archive = await export_of(practice)
    row = next(row for row in json_of(archive, "attachments") if row["id"] == owned["file"])
    [name] = [name for name in archive.namelist() if name.startswith("files/")]
    assert name.startswith(f"files/{owned['file']}_")
    assert name.isascii()
    assert hashlib.sha256(archive.read(name)).hexdigest() == row["sha256"]


async def test_the_manifest_counts_and_sums(stocked: Stocked) -> None:
    """Whoever reads the export again can tell that nothing of it was lost."""
    practice = stocked.practice
    archive = await export_of(practice)
    manifest = json.loads(archive.read("manifest.json"))
    for name, said in manifest["files"].items():
        data = archive.read(name)
        assert said["sha256"] == hashlib.sha256(data).hexdigest()
        assert said["rows"] == len(json_of(archive, name.partition(".")[0]))
    assert len(manifest["files"]) == 2 * len(EXPORTED)
    assert (manifest["workspace_id"], manifest["missing_attachments"]) == (str(practice.workspace_id), [])


async def test_a_file_the_store_lost_is_named(practice: Practice, resources: Resources) -> None:
    """The export is whole all the same, and its manifest says which file is missing."""
    note = (await practice.make_session())["id"]
    lost = (await make_attachment(practice, note))["id"]
    await resources.storage.remove_below(f"{practice.workspace_id}/{note}/{lost}")
    archive = await export_of(practice)
    assert json.loads(archive.read("manifest.json"))["missing_attachments"] == [lost]


async def test_an_export_that_cannot_be_finished_breaks_off(
    stocked: Stocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the store away the answer ends without its end: nobody takes half a practice for the whole."""

    def away(_self: Bucket, _key: str) -> bytes:
        raise OSError

    monkeypatch.setattr(Bucket, "find", away)
    with pytest.raises(ConnectionAbortedError):
        await stocked.practice.get("/workspace/export")
    monkeypatch.undo()
    assert (await export_of(stocked.practice)).namelist()[-1] == "manifest.json", (
        "its turn was not given back"
    )


async def test_nothing_of_another_workspace_is_in_the_export(
    app: FastAPI, stocked: Stocked, other: Practice
) -> None:
    """Not one word or id; the same search finds one's own."""
    practice, owned = stocked.practice, stocked.ids
    theirs = await stock(app, other, f"theirs{new_id().hex}")
    mine = unpacked((await practice.get("/workspace/export")).content)
    secret = {"link", "browser", "sign-in", "ended sign-in", "token", "revoked token"}
    secret |= {"code", "recovery code", "passkey", "passkey sign-in", "passkey browser"}
    assert [kind for kind, value in theirs.items() if value in mine] == []
    assert [k for k, value in owned.items() if value not in mine and k not in secret] == []


async def test_an_export_is_one_event(stocked: Stocked, superuser: "asyncpg.Connection[Any]") -> None:
    """However many rows it reads."""
    practice = stocked.practice
    before = await events_of(superuser, practice.workspace_id)
    await export_of(practice)
    after = await events_of(superuser, practice.workspace_id)
    assert [row["action"] for i, row in after.items() if i not in before] == ["workspace.export"]


async def test_a_practice_is_exported_once_at_a_time(practice: Practice, other: Practice) -> None:
    """A second export meanwhile is a 409 and no event; another practice's goes on, and so does the next."""
    with service.turn(practice.workspace_id):
        refused = await practice.get("/workspace/export")
        assert (await other.get("/workspace/export")).status_code == 200
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "export-in-progress")
    actions = [row["action"] for row in json_of(await export_of(practice), "audit-events")]
    assert actions.count("workspace.export") == 1


async def test_few_exports_run_at_once(practice: Practice) -> None:
    """One more than a process takes is a 503 that says when to come back; ended ones make room."""
    with ExitStack() as others:
        for _ in range(service.AT_ONCE):
            others.enter_context(service.turn(new_id()))
        answer = await practice.get("/workspace/export")
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    await export_of(practice)


async def test_no_connection_is_held_between_pieces(
    app: FastAPI, stocked: Stocked, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the client reads, all connections are free."""
    practice = stocked.practice
    out, busy = 0, []
    acquire, release = Engine.acquire, Engine.release

    async def counted(self: Engine) -> Any:
        nonlocal out
        out += self is resources.engine
        return await acquire(self)

    async def given(self: Engine, connection: Any) -> None:
        nonlocal out
        out -= self is resources.engine
        await release(self, connection)

    async def noted(message: Any) -> None:
        if message["type"] == "http.response.body":
            busy.append(out)

    monkeypatch.setattr(Engine, "acquire", counted)
    monkeypatch.setattr(Engine, "release", given)
    headers = [(b"authorization", f"Bearer {practice.token}".encode()), (b"host", b"testserver")]
    scope = {
        "type": "http", "method": "GET", "path": "/api/v1/workspace/export", "query_string": b"",
        "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http", "server": ("testserver", 80),
        "http_version": "1.1", "raw_path": b"/api/v1/workspace/export", "root_path": "",
        "asgi": {"spec_version": "2.4"},
    }  # fmt: skip
    await app(scope, _nothing, noted)
    assert len(busy) > len(EXPORTED)
    assert set(busy) == {0}


async def _nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


async def test_every_page_is_in_the_export(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read a page at a time, each once and in order, and the last page may be full."""
    ids = [(await practice.make_client(first_name=str(n)))["id"] for n in range(6)]
    sizes, fetch = [], Transaction.fetch

    async def seen(self: Transaction, *arguments: Any, **options: Any) -> list[Any]:
        records = await fetch(self, *arguments, **options)
        sizes.append(len(records))
        return records

    monkeypatch.setattr(queries, "PAGE_ROWS", 3)
    monkeypatch.setattr(queries, "TEXT_ROWS", 3)
    monkeypatch.setattr(Transaction, "fetch", seen)
    archive = await export_of(practice)
    assert [row["id"] for row in json_of(archive, "clients")] == ids
    assert max(sizes) == 3


def _columns() -> Iterator[tuple[str, str]]:
    for table in METADATA.tables.values():
        if table.info.get("scoped") and table.name not in LEFT_OUT:
            yield from ((table.name, column.name) for column in table.columns)


def test_every_column_is_exported_or_left_out_with_a_reason() -> None:
    """A table or column that is new has to be decided on; no sealed one may be left out."""
    shown = {(noun.entity.table.name, name) for noun in EXPORTED for name in noun.fields}
    held = {(table, name) for table, names in HELD_BACK.items() for name in names}
    assert [_undecided(*column) for column in set(_columns()) - shown - held] == []
    assert [f"{t}.{c} is exported: {_HERE}: HELD_BACK: take it out" for t, c in held & shown] == []
    sealed = {
        (t.name, c.name) for t in METADATA.tables.values() for c in t.columns if isinstance(c.type, Sealed)
    }
    assert [_undecided(t, c) for t, c in sealed - shown if t not in LEFT_OUT] == []


_HERE = "backend/tests/exports/test_archive.py"


def _undecided(table: str, column: str) -> str:
    """What to write for a column that is in no export and on no list."""
    return (
        f'{table}.{column}: backend/src/pazpaz/{slice_of(table)}/feature.py: exported=(Exported("<noun>", <ENTITY>),);'
        f' or {_HERE}: LEFT_OUT["{table}"] = "<why>", HELD_BACK["{table}"] = {{"{column}"}}'
    )


async def _command(database: str, *arguments: str) -> tuple[int, str]:
    environment = {**os.environ, **stack.environment(database)}
    process = await create_subprocess_exec(
        sys.executable, "-m", "pazpaz", "export", *arguments, env=environment, stdout=PIPE, stderr=PIPE
    )
    out, error = await process.communicate()
    return process.returncode or 0, (out + error).decode()


async def test_the_command_writes_a_file_for_its_owner_only(
    stocked: Stocked, database: str, tmp_path: Path
) -> None:
    """The same archive, mode 0600; it takes nobody's file, and leaves nothing when it fails."""
    practice, owned = stocked.practice, stocked.ids
    file, nowhere = tmp_path / "export.zip", ("--data-dir", str(tmp_path))
    code, said = await _command(database, "--workspace", str(practice.workspace_id), str(file), *nowhere)
    assert code == 0, said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert owned["client"] in {row["id"] for row in json_of(archive, "clients")}
        assert json_of(archive, "audit-events")[-1]["user_id"] is None
    code, said = await _command(database, "--workspace", str(practice.workspace_id), str(file), *nowhere)
    assert (code, said.count("\n")) == (1, 1)
    assert "exists" in said
    code, said = await _command(database, "--workspace", str(new_id()), str(tmp_path / "n.zip"), *nowhere)
    assert (code, "no workspace has the id" in said) == (1, True)
    assert os.listdir(tmp_path) == ["export.zip"]  # noqa: PTH208 (iterdir would block the loop just the same)


def test_what_refers_comes_before_what_it_refers_to() -> None:
    """Else a row that was written meanwhile would name one that is not in the export."""
    order = [noun.entity.table.name for noun in EXPORTED]
    assert order[0] == "audit_events"  # names rows of every noun
    late = [
        (noun.name, key.column.table.name)
        for place, noun in enumerate(EXPORTED)
        for key in noun.entity.table.foreign_keys
        if key.column.table.name in order[:place]
    ]
    assert late == []
