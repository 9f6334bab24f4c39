"""The embedded services, as real processes in a folder of their own."""

import asyncio
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import boto3
import pytest
import redis

from pazpaz.cli.given import OWNED
from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.pids import started_at
from pazpaz.embedded.runtime import read_runtime, write_runtime
from pazpaz.embedded.stack import Stack

QUICK = frozenset({"postgres", "valkey", "mail"})

# Starts a stack, says which processes it has, and waits to be killed.
HOLDER = """
import json, sys, time
from pathlib import Path
from pazpaz.embedded.stack import Stack
stack = Stack(Path(sys.argv[1]), durable=False)
stack.start()
print(json.dumps(stack.pids()), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack") / "data", durable=False) as running:
        yield running


def until(fact: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def query(url: str, sql: str) -> list[asyncpg.Record]:
    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url, ssl=False)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    return asyncio.run(run())


def send_mail(environment: dict[str, str], text: str, to: str = "a@example.org") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "b@example.org", to, text
    message.set_content(text)
    with smtplib.SMTP(
        environment["PAZPAZ_SMTP_HOST"], int(environment["PAZPAZ_SMTP_PORT"]), timeout=10
    ) as server:
        server.send_message(message)


def test_application_roles_are_bound_by_row_level_security(stack: Stack) -> None:
    """None of the roles the application uses is a superuser, bypasses RLS or may create roles or databases."""
    rows = query(
        stack.superuser_url,
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'pazpaz%' AND rolcanlogin"
        " AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
    )
    assert {row["rolname"] for row in rows} == {"pazpaz_owner", "pazpaz_app", "pazpaz_system"}


def test_each_database_url_connects_as_its_role(stack: Stack) -> None:
    """The three database settings reach the database `pazpaz` with three different roles."""
    urls = [value for name, value in stack.environment().items() if "DATABASE" in name]
    rows = [query(url, "SELECT current_user AS role, current_database() AS database")[0] for url in urls]
    assert {(row["role"], row["database"]) for row in rows} == {
        (role, "pazpaz") for role in ("pazpaz_app", "pazpaz_system", "pazpaz_owner")
    }


def test_up_owns_what_the_stack_sets(stack: Stack) -> None:
    """Whoever gives `up` a setting that a service determines is told so."""
    assert set(stack.environment()) - {"PAZPAZ_DATA_DIR"} <= OWNED


def test_application_role_creates_no_tables(stack: Stack) -> None:
    """The application's role cannot create a table in the database."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        query(stack.environment()["PAZPAZ_DATABASE_URL"], "CREATE TABLE public.mine (id int)")


def test_failed_statements_are_not_logged(stack: Stack) -> None:
    """Neither a failed statement nor the value in its error message reaches PostgreSQL's log."""
    with pytest.raises(asyncpg.DataError):
        query(stack.environment()["PAZPAZ_DATABASE_URL"], "SELECT 'canary-7f3a'::text::int")
    assert "canary-7f3a" not in (stack.data_dir / "log" / "postgres.log").read_text()


def test_valkey_refuses_clients_without_the_password(stack: Stack) -> None:
    """Valkey answers with the password of the setting and refuses without it."""
    url = stack.environment()["PAZPAZ_ARQ_REDIS_URL"]
    with redis.Redis.from_url(url) as known:
        assert known.ping()
    with redis.Redis(port=urlsplit(url).port or 0) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_objects_are_encrypted_on_disk(stack: Stack) -> None:
    """What is put into the S3 store comes back, and no file of the store holds it in the clear."""
    environment = stack.environment()
    client = boto3.client(
        "s3",
        endpoint_url=environment["PAZPAZ_S3_ENDPOINT_URL"],
        aws_access_key_id=environment["PAZPAZ_S3_ACCESS_KEY"],
        aws_secret_access_key=environment["PAZPAZ_S3_SECRET_KEY"],
        region_name=environment["PAZPAZ_S3_REGION"],
    )
    canary = b"canary-51c9" * 500
    client.create_bucket(Bucket="pazpaz")
    client.put_object(Bucket="pazpaz", Key="x", Body=canary)
    body = client.get_object(Bucket="pazpaz", Key="x")["Body"]
    assert body.read() == canary
    body.close()
    client.close()
    files = [path for path in (stack.data_dir / "objects").rglob("*") if path.is_file()]
    assert [path for path in files if b"canary-51c9" in path.read_bytes()] == []


def test_mail_becomes_a_file(stack: Stack) -> None:
    """A message sent to the catcher is one whole file in `new` of the Maildir, with its recipient."""
    environment = stack.environment()
    send_mail(environment, "canary-20d1", to="דנה@example.org")
    kept = [path.read_bytes() for path in (Path(environment["PAZPAZ_MAIL_CATCHER_DIR"]) / "new").iterdir()]
    assert [
        b"Delivered-To: " + "דנה@example.org".encode() in text for text in kept if b"canary-20d1" in text
    ] == [True]


def test_secrets_are_readable_by_their_owner_only(stack: Stack) -> None:
    """No file with a secret can be read by another user of the machine."""
    names = ("secrets.json", "valkey/valkey.conf", "objects/s3.json", "objects/security.toml")
    assert {(stack.data_dir / name).stat().st_mode & 0o077 for name in names} == {0}


def test_services_see_no_secrets_of_the_parent(stack: Stack) -> None:
    """A service's environment holds nothing of the process that started it."""
    pid = stack.pids()["s3"]
    names = {
        entry.split(b"=")[0] for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if entry
    }
    assert names == {b"PATH", b"LANG", b"TZ"}


def test_second_stack_on_the_same_folder_is_refused(stack: Stack) -> None:
    """Starting twice on one data dir is one line that names the process which has it."""
    with pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}"):
        Stack(stack.data_dir, services=frozenset({"mail"})).start()


def test_killed_postgres_is_noticed_and_restarted(stack: Stack) -> None:
    """After SIGKILL `poll` names PostgreSQL, and `restart` brings it back at the same address."""
    os.kill(stack.pids()["postgres"], signal.SIGKILL)
    assert until(lambda: stack.poll() == "postgres")
    stack.restart("postgres")
    assert query(stack.environment()["PAZPAZ_DATABASE_URL"], "SELECT 1 AS one")[0]["one"] == 1
    assert stack.poll() is None


def test_two_folders_run_side_by_side_and_keep_their_data(stack: Stack, tmp_path: Path) -> None:
    """A second data dir runs beside the first; started again it has its data and its ports."""
    with Stack(tmp_path / "data", services=QUICK, durable=False) as other:
        first = other.environment()
        query(first["PAZPAZ_DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 42 AS value")
        assert first["PAZPAZ_DATABASE_URL"] != stack.environment()["PAZPAZ_DATABASE_URL"]
    with Stack(tmp_path / "data", services=QUICK, durable=False) as again:
        assert again.environment() == first
        assert query(first["PAZPAZ_DATABASE_OWNER_URL"], "SELECT value FROM kept")[0]["value"] == 42


def test_stop_leaves_no_process(tmp_path: Path) -> None:
    """After `stop`, which may be repeated, none of the services' processes is left."""
    other = Stack(tmp_path / "data", services=frozenset({"valkey", "mail"}), durable=False)
    other.start()
    pids = list(other.pids().values())
    other.stop()
    other.stop()
    assert [pid for pid in pids if started_at(pid) is not None] == []


def test_killed_parent_leaves_no_process_and_the_folder_starts_again(tmp_path: Path) -> None:
    """Kill -9 of the process that started the services ends them all, and the next start succeeds at once."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "data")], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        pids = list(json.loads(holder.stdout.readline()).values())
    finally:
        holder.kill()
        holder.communicate()
    with Stack(tmp_path / "data", durable=False) as again:
        assert again.poll() is None
        assert len(pids) == 4
        assert until(lambda: all(started_at(pid) is None for pid in pids))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives PostgreSQL a user of its own")
def test_postgres_of_root_runs_in_a_closed_folder(tmp_path: Path) -> None:
    """As root, in a folder only root can enter, PostgreSQL runs as another user and mounts nothing others see."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = Path("/proc/self/mounts").read_text()
    with Stack(closed / "data", services=frozenset({"postgres"}), durable=False) as other:
        assert Path(f"/proc/{other.pids()['postgres']}").stat().st_uid != 0
        assert Path("/proc/self/mounts").read_text() == before
        assert closed.stat().st_mode & 0o777 == 0o700


def test_runtime_of_a_dead_process_is_not_found(tmp_path: Path) -> None:
    """The note of a running stack is read back, and is none once its process has gone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        write_runtime(tmp_path, {"PAZPAZ_EMBEDDED": "true"}, process.pid, "http://127.0.0.1:8000")
        found = read_runtime(tmp_path)
        assert found is not None
        assert found.environment == {"PAZPAZ_EMBEDDED": "true"}
        process.communicate(b"\n")
    assert read_runtime(tmp_path) is None
