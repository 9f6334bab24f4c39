"""What `pazpaz up` is once its command line is read: small, because it stays; what is large, its children do."""

import http.client
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from pazpaz.cli.errors import CliError
from pazpaz.cli.given import passed_on
from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.ports import HOST, choose_ports, is_free
from pazpaz.embedded.runtime import remove_runtime, write_runtime
from pazpaz.embedded.stack import Stack

PORT = 8000
POLL_SECONDS = 0.5
QUICK_DEATH_SECONDS = 10.0
QUICK_DEATHS = 5
NEEDED_FIRST = frozenset({"postgres", "valkey", "mail"})
AFTER_THEM = frozenset({"s3", "api", "worker"})


def supervise(port: int | None, data_dir: Path, *, with_demo: bool) -> None:
    """Start everything, and keep it alive until Ctrl-C."""
    given = passed_on(os.environ)
    stopping = _stop_signals()
    stack = Stack(data_dir)
    _say(f"Starting in {stack.data_dir}")
    try:
        stack.start(_report, first=NEEDED_FIRST)
        address = _start_pazpaz(stack, port, given)
        _greet(stack, address, with_demo=with_demo)
        _keep_alive(stack, stopping)
        _say("Stopping")
    finally:
        stack.stop()


def _stop_signals() -> threading.Event:
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            return
        stopping.set()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping


def _start_pazpaz(stack: Stack, port: int | None, given: dict[str, str]) -> str:
    """Check the settings and migrate, then start API and worker; returns the address that people open."""
    api_port = _api_port(stack, port)
    address = f"http://{HOST}:{api_port}"
    public = f"http://localhost:{api_port}"  # a name: browsers make no passkey for a number
    environment = given | stack.environment() | {"PAZPAZ_PUBLIC_URL": public}
    write_runtime(stack.data_dir, environment, os.getpid(), address)
    stack.run("prepare", ["db", "prepare"])
    stack.add_program("api", ["api", "--host", HOST, "--port", str(api_port)], lambda: _answers(address))
    stack.add_program("worker", ["worker"], lambda: True)
    stack.start_services(AFTER_THEM, _report)
    return public


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _report(line: str) -> None:
    _say(f"  {line}")


def _api_port(stack: Stack, port: int | None) -> int:
    if port is not None:
        if not is_free(port):
            raise CliError(f"port {port} is in use: stop what listens there, or pass another --port")
        return port
    return PORT if is_free(PORT) else choose_ports(stack.data_dir, ["api"])["api"]


def _answers(address: str) -> bool:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or HOST, place.port, timeout=1)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greet(stack: Stack, address: str, *, with_demo: bool) -> None:
    """Say what runs and where."""
    mail = f"{address}/dev/mail/{stack.environment()['PAZPAZ_MAIL_CATCHER_KEY']}"
    lines = [
        "",
        f"PazPaz runs at {address}",
        f"  sign in or open a practice  {address}/sign-in",
        f"  mails it has sent           {mail}",
        f"  the API's description       {address}/docs",
    ]
    link = json.loads(stack.run("demo", ["demo", "--link"], wants_output=True)) if with_demo else None
    if link is not None:
        lines.append(f"  the demo practice           {address}/sign-in#token={link['token']}")
        lines.append(f"                              (once, within 10 minutes; code {link['code']})")
    lines.append(f"Everything is kept in {stack.data_dir}. Ctrl-C stops it.")
    _say("\n".join(lines))


def _keep_alive(stack: Stack, stopping: threading.Event) -> None:
    """Start again what dies; give up on what dies again and again."""
    deaths: dict[str, list[float]] = {}
    try:
        while not stopping.wait(POLL_SECONDS):
            stack.tidy_logs()
            name = stack.poll()
            if name is None:
                continue
            recent = [t for t in deaths.get(name, []) if t > time.monotonic() - QUICK_DEATH_SECONDS]
            deaths[name] = [*recent, time.monotonic()]
            if len(deaths[name]) > QUICK_DEATHS:
                raise CliError(f"{name} keeps ending: see {stack.data_dir / 'log' / f'{name}.log'}")
            _say(f"{name} ended; starting it again")
            stack.restart(name)
    except KeyboardInterrupt:
        remove_runtime(stack.data_dir)


def main() -> None:
    """Errors are one line, as those of every command are."""
    wanted = json.loads(sys.argv[1])
    try:
        supervise(wanted["port"], Path(wanted["data_dir"]), with_demo=wanted["with_demo"])
    except (CliError, EmbeddedError) as error:
        line = " ".join(str(error).split())
        sys.stderr.write(f"pazpaz: {line}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
