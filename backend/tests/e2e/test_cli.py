"""The `pazpaz` command, against one running `pazpaz up` and against nothing."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from uuid import uuid4

import httpx
import pytest

from pazpaz.reminders.links import return_path
from tests.e2e.running import Up, environment, left_after, pazpaz
from tests.reminders.reports import report

EMAIL = "owner@example.org"
SECONDS = 20.0


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One `pazpaz up` for all tests here."""
    with Up(tmp_path_factory.mktemp("cli"), PAZPAZ_STEP_UP_MINUTES="7", PAZPAZ_ACCESS_LOG="false") as running:
        yield running


@pytest.fixture(scope="module")
def made(up: Up) -> dict[str, str]:
    """What `workspace create --json` printed."""
    done = on(up, "workspace", "create", "מרפאה", "--email", EMAIL, "--json")
    found: dict[str, str] = json.loads(done.stdout)
    return found


def on(up: Up, *words: str) -> CompletedProcess[str]:
    """A command on the running `up`."""
    return pazpaz(up.folder, *words, "--data-dir", str(up.data_dir))


def me(up: Up, token: str) -> httpx.Response:
    return httpx.get(f"{up.base}/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


def is_one_line(done: CompletedProcess[str]) -> bool:
    """Whether a command failed as people want it: one line that begins with its name, and exit code 1."""
    lines = done.stderr.splitlines()
    return done.returncode == 1 and len(lines) == 1 and lines[0].startswith("pazpaz: ")


def test_workspace_create_gives_a_working_token(up: Up, made: dict[str, str]) -> None:
    """The token of `workspace create --json` signs its owner in to that workspace."""
    answer = me(up, made["token"]).raise_for_status().json()
    assert (answer["user"]["email"], answer["user"]["id"]) == (EMAIL, made["user_id"])
    assert answer["workspace"]["id"] == made["workspace_id"]


def test_token_create_gives_a_working_token(up: Up, made: dict[str, str]) -> None:
    """`token create` prints a further token of the user, and nothing else."""
    token = on(up, "token", "create", "--email", EMAIL).stdout.strip()
    assert me(up, token).status_code == 200


def test_token_revoke_ends_a_token(up: Up, made: dict[str, str]) -> None:
    """After `token revoke` the very next request with the token is refused, although it was used just before."""
    token = on(up, "token", "create", "--email", EMAIL).stdout.strip()
    assert me(up, token).status_code == 200
    assert on(up, "token", "revoke", token).returncode == 0
    assert me(up, token).status_code == 401


def test_doctor_finds_nothing_wrong(up: Up) -> None:
    """`doctor` exits 0 on a running `up`."""
    assert on(up, "doctor").returncode == 0


def test_tables_are_as_the_code_has_them(up: Up) -> None:
    """`db check` exits 0 on a running `up`."""
    assert on(up, "db", "check").returncode == 0


def test_the_audit_log_is_covered_verified_and_exported(up: Up, made: dict[str, str], tmp_path: Path) -> None:
    """`audit checkpoint`, `verify` and `export` work on a running `up`; the file verifies where nothing runs."""
    assert on(up, "audit", "checkpoint").returncode == 0
    done = on(up, "audit", "verify")
    assert (done.returncode, "events are as they were covered" in done.stdout) == (0, True), done.stderr
    file = tmp_path / "audit.export"
    assert on(up, "audit", "export", str(file)).returncode == 0
    assert file.stat().st_mode & 0o077 == 0
    assert is_one_line(on(up, "audit", "export", str(file)))
    key = json.loads(file.read_text().splitlines()[0])["public_keys"][0]
    words = ("audit", "verify", "--file", str(file), "--public-key", key)
    assert pazpaz(tmp_path, *words).returncode == 0
    file.write_text(file.read_text().replace("workspace.create", "workspace.delete"))
    done = pazpaz(tmp_path, *words)
    assert is_one_line(done), done.stderr
    assert "is not as it was covered by checkpoint " in done.stderr


def test_a_second_up_is_refused(up: Up) -> None:
    """A second `up` on the same data dir is one line that names the process which has it."""
    done = on(up, "up", "--no-demo")
    assert is_one_line(done), done.stderr
    assert f"in use by process {up.process.pid}" in done.stderr


def test_up_prints_the_whole_address_of_its_mails(up: Up) -> None:
    """The address with its secret is printed, and opens; without the secret there is nothing."""
    (address,) = re.findall(r"mails it has sent +http://localhost:\d+(/dev/mail/\S+)", up.said())
    statuses = [httpx.get(up.base + path).status_code for path in (address, "/dev/mail", f"{address[:-1]}x")]
    assert statuses == [200, 404, 404]


def test_settings_given_to_up_reach_its_programs(up: Up) -> None:
    """One that `up` does not choose is in force: the API writes no line for an answer."""
    assert (up.settings()["PAZPAZ_STEP_UP_MINUTES"], answers(up)) == ("7", True)
    assert "/health/live" not in (up.data_dir / "log" / "api.log").read_text()


@pytest.mark.parametrize(
    ("name", "value"), [("PAZPAZ_DATABASE_URL", "postgresql://x"), ("PAZPAZ_STEP_UP_MINUTES", "soon")]
)
def test_a_wrong_setting_stops_up(name: str, value: str, tmp_path: Path) -> None:
    """One that `up` chooses itself, or one that is wrong, is a line that names it."""
    done = pazpaz(tmp_path, "up", "--no-demo", "--data-dir", str(tmp_path / "data"), **{name: value})
    assert is_one_line(done), done.stderr
    assert name in done.stderr


def test_what_supervises_up_is_small(up: Up) -> None:
    """It has loaded neither the application nor a database's driver."""
    maps = Path(f"/proc/{up.process.pid}/maps").read_text()
    assert [
        name for name in ("asyncpg", "cryptography", "pydantic_core", "uvloop", "orjson") if name in maps
    ] == []


def test_openapi_prints_json(tmp_path: Path) -> None:
    """`openapi` needs no settings and nothing running, and prints the description as JSON."""
    description = json.loads(pazpaz(tmp_path, "openapi").stdout)
    assert "/api/v1/sessions/{session_id}" in description["paths"]


@pytest.mark.parametrize("words", ["doctor", "worker"])
def test_nothing_running_and_no_settings_is_one_line(words: str, tmp_path: Path) -> None:
    """A command that has nothing to act on says so in one line that names a remedy."""
    done = pazpaz(tmp_path, *words.split(), "--data-dir", str(tmp_path / "none"))
    assert is_one_line(done), done.stderr
    assert "pazpaz up" in done.stderr


def test_a_report_that_cannot_be_noted_is_tried_again(up: Up, tmp_path: Path) -> None:
    """While the database is away `mail bounce` exits with EX_TEMPFAIL: the mail server keeps the report."""
    settings = up.settings()
    path = return_path(b64decode(settings["PAZPAZ_SECRET_KEY"]), uuid4(), "no-reply@pazpaz.localhost")
    given = report(path).decode()
    settings["PAZPAZ_DATA_DIR"] = str(tmp_path / "none")
    assert pazpaz(tmp_path, "mail", "bounce", given=given, **settings).stdout == "ignored\n"
    settings["PAZPAZ_DATABASE_SYSTEM_URL"] = "postgresql://pazpaz_system:x@127.0.0.1:9/pazpaz"
    done = pazpaz(tmp_path, "mail", "bounce", given=given, **settings)
    assert (done.returncode, len(done.stderr.splitlines())) == (os.EX_TEMPFAIL, 1), done.stderr
    assert done.stderr.startswith("pazpaz: ")


@pytest.mark.parametrize("value", [None, "not-a-key"], ids=["missing", "malformed"])
def test_a_wrong_setting_stops_the_api(up: Up, value: str | None, tmp_path: Path) -> None:
    """`pazpaz api` with a missing or malformed setting stops with one line that names it."""
    settings = up.settings()
    del settings["PAZPAZ_ENCRYPTION_KEY"]
    if value is not None:
        settings["PAZPAZ_ENCRYPTION_KEY"] = value
    settings["PAZPAZ_DATA_DIR"] = str(tmp_path / "none")
    done = pazpaz(tmp_path, "api", "--port", "0", **settings)
    assert is_one_line(done), done.stderr
    assert "PAZPAZ_ENCRYPTION_KEY" in done.stderr


def test_default_credentials_stop_the_api(up: Up, tmp_path: Path) -> None:
    """Outside the embedded mode `pazpaz api` refuses a default password in one line that names the setting."""
    settings = up.settings() | {
        "PAZPAZ_EMBEDDED": "false",
        "PAZPAZ_DATABASE_URL": "postgresql://pazpaz_app:postgres@127.0.0.1:5432/pazpaz",
        "PAZPAZ_DATA_DIR": str(tmp_path / "none"),
    }
    done = pazpaz(tmp_path, "api", "--port", "0", **settings)
    assert is_one_line(done), done.stderr
    assert "PAZPAZ_DATABASE_URL" in done.stderr


def test_arq_runs_the_worker(up: Up, tmp_path: Path) -> None:
    """`arq pazpaz.workers.worker.WorkerSettings` takes its settings from the environment, works, and obeys SIGTERM.

    Its queue is one of its own: on the shared one the worker of `up` might take the sweep.
    """
    settings = up.settings()
    settings["PAZPAZ_ARQ_REDIS_URL"] = settings["PAZPAZ_ARQ_REDIS_URL"].removesuffix("/0") + "/1"
    log = tmp_path / "arq.log"
    command = [str(Path(sys.executable).with_name("arq")), "pazpaz.workers.worker.WorkerSettings"]
    with log.open("w") as output:
        worker = subprocess.Popen(
            command, cwd=tmp_path, env=environment(tmp_path, **settings), stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + SECONDS
        while "← sweep_magic_links" not in log.read_text():
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        worker.terminate()
        assert worker.wait(SECONDS) == 0, log.read_text()
    finally:
        worker.kill()
        worker.wait()


def test_a_killed_api_comes_back(up: Up) -> None:
    """`up` starts a killed API again at the same address."""
    [api] = [p for p in up.descendants() if {"pazpaz", "api"} <= set(p.cmdline())]
    os.kill(api.pid, signal.SIGKILL)
    api.wait(5)
    deadline = time.monotonic() + SECONDS
    while not answers(up):
        assert time.monotonic() < deadline, up.said()
        time.sleep(0.05)


def answers(up: Up) -> bool:
    try:
        return httpx.get(f"{up.base}/health/live").status_code == 200
    except httpx.TransportError:
        return False


def test_ctrl_c_stops_up_cleanly(up: Up) -> None:
    """On SIGINT `up` exits 0 within 20 seconds, leaves no process and no note of itself, and shows no traceback."""
    processes = up.descendants()
    assert len(processes) >= 6
    assert up.stop(signal.SIGINT, SECONDS) == 0, up.said()
    assert left_after(processes, 0) == []
    assert not (up.data_dir / "runtime.json").exists()
    assert "Traceback" not in up.said()
