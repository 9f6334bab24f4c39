"""The services of one data dir, started and stopped as one."""

import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from types import TracebackType
from typing import Self

from pazpaz.embedded.credentials import ERASURE_FILE_NAME, load_credentials
from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.files import data_dir as make_data_dir
from pazpaz.embedded.lock import DataDirLock
from pazpaz.embedded.mail import MailCatcher
from pazpaz.embedded.objectstore import PORT_NAMES, ObjectStore
from pazpaz.embedded.ports import choose_ports
from pazpaz.embedded.postgres import Postgres
from pazpaz.embedded.process import Command, Spawner
from pazpaz.embedded.program import Program, command_of
from pazpaz.embedded.runtime import remove_runtime
from pazpaz.embedded.service import Service
from pazpaz.embedded.valkey import Valkey

SERVICES = frozenset({"postgres", "valkey", "s3", "mail"})


def _silent(_line: str) -> None:
    pass


class Stack:
    """PostgreSQL, Valkey, the S3 store and the mail catcher under one data dir."""

    def __init__(self, data_dir: Path, *, services: frozenset[str] = SERVICES, durable: bool = True) -> None:
        unknown = services - SERVICES
        if unknown:
            raise EmbeddedError(f"unknown services: {', '.join(sorted(unknown))}")
        self.data_dir = Path(data_dir).absolute()
        self._names = services
        self._durable = durable
        self._lock: DataDirLock | None = None
        self._spawner: Spawner | None = None
        self._secrets: dict[str, str] = {}
        self._services: dict[str, Service] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, report: Callable[[str], None] = _silent, *, first: frozenset[str] | None = None) -> None:
        """Start every service (or only those in `first`); whatever fails, nothing is left running."""
        if self._lock is not None:
            raise EmbeddedError("the stack has already been started")
        self.data_dir = make_data_dir(self.data_dir)
        lock = DataDirLock(self.data_dir)
        lock.acquire(report)
        self._lock = lock
        try:
            self._prepare(lock)
            self.start_services(self._names if first is None else first, report)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop every service cleanly, in bounded time; may be repeated."""
        if self._lock is None:
            return
        remove_runtime(self.data_dir)
        # What uses the services ends before them, and finishes what it was asked.
        programs = [s for s in self._services.values() if isinstance(s, Program) and s.child]
        for program in programs:
            if program.child is not None:
                program.child.begin_stop()
        for program in programs:
            program.stop()
        if self._spawner is not None:
            self._spawner.close()
        for service in self._services.values():
            service.stop()
        self._services = {}
        self._lock.release()
        self._lock = None

    def environment(self) -> dict[str, str]:
        """Return the settings with which PazPaz uses the running services; they hold secrets."""
        settings = {
            "PAZPAZ_EMBEDDED": "true",
            "PAZPAZ_DATA_DIR": str(self.data_dir),
            "PAZPAZ_SECRET_KEY": self._secrets["secret_key"],
            "PAZPAZ_ENCRYPTION_KEY": self._secrets["encryption_key"],
            "PAZPAZ_ERASURE_KEY_FILE": str(self.data_dir / ERASURE_FILE_NAME),
            "PAZPAZ_AUDIT_SIGNING_KEY": self._secrets["audit_signing_key"],
        }
        if others := self._secrets.get("encryption_other_keys"):  # put there by hand, for a rotation
            settings["PAZPAZ_ENCRYPTION_OTHER_KEYS"] = others
        for service in self._services.values():
            settings |= service.environment()
        return settings

    @property
    def superuser_url(self) -> str:
        """PostgreSQL's superuser on the database `postgres`, for tests and maintenance."""
        service = self._services.get("postgres")
        if not isinstance(service, Postgres):
            raise EmbeddedError("this stack has no PostgreSQL")
        return service.url("postgres")

    def poll(self) -> str | None:
        """Return the name of a service whose process has died, or None."""
        for name, service in self._services.items():
            if service.child is None or not service.child.is_alive():
                return name
        return None

    def pids(self) -> dict[str, int]:
        """Return the process of each running service."""
        return {
            name: service.child.pid for name, service in self._services.items() if service.child is not None
        }

    def restart(self, name: str, report: Callable[[str], None] = _silent) -> None:
        """Start a service again at the same address; one that still runs is stopped before."""
        service = self._services[name]
        service.stop()
        service.start(report)

    def add_program(self, name: str, arguments: list[str], is_ready: Callable[[], bool]) -> None:
        """Have `pazpaz <arguments>` started, polled, restarted and stopped like a service."""
        self._services[name] = Program(name, arguments, self.data_dir, self._running(), is_ready)

    def run(self, name: str, arguments: list[str], *, wants_output: bool = False) -> str:
        """Run `pazpaz <arguments>` to its end; what it says is in its log, or is returned."""
        command = command_of(name, arguments, self.data_dir)
        return self._running().run(command, wants_output=wants_output)

    def tidy_logs(self) -> None:
        """Keep each service's log below its limit."""
        self._running().tidy_logs()

    def _running(self) -> Spawner:
        if self._spawner is None:
            raise EmbeddedError("the stack has not been started")
        return self._spawner

    def _prepare(self, lock: DataDirLock) -> None:
        remove_runtime(self.data_dir)
        self._secrets = load_credentials(self.data_dir)
        self._spawner = Spawner(self.data_dir / "log", lock.descriptor)
        self._spawner.tidy_logs()
        self._ensure_erasure_key(self._spawner)
        single = {"postgres", "valkey", "mail"} & self._names
        names = sorted(single) + (PORT_NAMES if "s3" in self._names else [])
        ports = choose_ports(self.data_dir, names)
        self._services = {name: self._make(name, self._spawner, ports) for name in sorted(self._names)}

    def _ensure_erasure_key(self, spawner: Spawner) -> None:
        """Make it in a new data dir; one that is there is looked at with the settings."""
        path = self.data_dir / ERASURE_FILE_NAME
        if not path.exists():
            words = [sys.executable, "-I", "-m", "pazpaz.embedded.erasing", str(path)]
            steps = ((signal.SIGTERM, 1.0),)
            spawner.run(Command("erasing", words, str(self.data_dir), signal.SIGKILL, steps))

    def _make(self, name: str, spawner: Spawner, ports: dict[str, int]) -> Service:
        if name == "postgres":
            postgres = Postgres(self.data_dir, spawner, self._secrets, ports[name], durable=self._durable)
            postgres.forget_crash()
            return postgres
        if name == "valkey":
            return Valkey(self.data_dir, spawner, self._secrets, ports[name], durable=self._durable)
        if name == "s3":
            return ObjectStore(
                self.data_dir, spawner, self._secrets, {part: ports[part] for part in PORT_NAMES}
            )
        return MailCatcher(self.data_dir, spawner, ports[name], self._secrets["mail_catcher_key"])

    def start_services(self, names: frozenset[str], report: Callable[[str], None] = _silent) -> None:
        """Start these at the same time."""
        begun = time.monotonic()
        with ThreadPoolExecutor(max_workers=len(names)) as threads:
            starts = {threads.submit(self._services[name].start, report): name for name in names}
            try:
                for done in as_completed(starts):
                    done.result()
                    report(f"{starts[done]} ready ({time.monotonic() - begun:.1f} s)")
            except BaseException:
                # The other starts end as soon as their processes do.
                if self._spawner is not None:
                    self._spawner.close()
                raise
