"""A whole running product from a checkout, as a stranger and two practices meet it."""

import asyncio
import email
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from email import policy
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx
import psutil

from bench.servers import free_port, peak_of
from bench.stage import API
from pazpaz.core.base.config import Settings
from pazpaz.features import load_settings

_START_SECONDS = 120.0
_LINK = re.compile(r"#token=([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Made:
    """A practice with its owner's API token."""

    workspace_id: UUID
    user_id: UUID
    token: str
    email: str


class Product:
    """`up` of a checkout with a data dir of its own, with the limits that everybody gets."""

    def __init__(self, checkout: Path) -> None:
        self._command = checkout / ".venv" / "bin" / "pazpaz"
        self.folder = Path(tempfile.mkdtemp(prefix="pazpaz-fair-"))
        self.data_dir = self.folder / "data"
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        words = ["up", "--no-demo", "--port", str(self._port), "--data-dir", str(self.data_dir)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PAZPAZ_")}
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(self._command), *words], cwd=self.folder, env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=2).is_success:
                    return self
            except httpx.TransportError:
                time.sleep(0.2)
        self.__exit__(None, None, None)
        raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self) -> Settings:
        """What its API runs with."""
        note = json.loads((self.data_dir / "runtime.json").read_text())["environment"]
        return load_settings(
            _env_file=None, **{name.removeprefix("PAZPAZ_").lower(): value for name, value in note.items()}
        )

    def superuser_url(self) -> str:
        """PostgreSQL past row-level security, to fill tables."""
        url = urlsplit(self.settings().database_url.get_secret_value())
        password = json.loads((self.data_dir / "secrets.json").read_text())["postgres"]
        return urlunsplit(url._replace(netloc=f"postgres:{password}@{url.netloc.rpartition('@')[2]}"))

    def made(self, name: str) -> Made:
        """A new practice."""
        address = f"{name}@example.org"
        words = ["workspace", "create", name, "--email", address, "--json", "--data-dir", str(self.data_dir)]
        done = subprocess.run(
            [str(self._command), *words], cwd=self.folder, capture_output=True, text=True, check=True
        )
        note = json.loads(done.stdout)
        return Made(UUID(note["workspace_id"]), UUID(note["user_id"]), note["token"], address)

    def client(self, token: str | None = None, *, host: str = "127.0.0.2") -> httpx.AsyncClient:
        """A client at another loopback address than the neighbour's."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.AsyncHTTPTransport(local_address=host, limits=httpx.Limits(max_connections=None))
        return httpx.AsyncClient(base_url=self.url, headers=headers, transport=transport, timeout=60)

    async def signed_in(self, address: str, *, host: str = "127.0.0.2") -> httpx.AsyncClient | None:
        """A browser that has just signed in by a mailed link; None when no mail came."""
        known = set(self._mails())
        http = self.client(host=host)
        await http.post(f"{API}/auth/magic-link", json={"email": address})
        for _ in range(40):
            await asyncio.sleep(0.25)
            for path in set(self._mails()) - known:
                if (token := _token_in(path)) is not None:
                    if (await http.post(f"{API}/auth/verify", json={"token": token})).is_success:
                        return http
                    await http.aclose()
                    return None
        await http.aclose()
        return None

    def _mails(self) -> list[Path]:
        return list((self.data_dir / "mail" / "new").glob("*"))

    def api_megabytes(self, *, peak: bool = False) -> float:
        """Resident memory of the API process, now or the most it has had."""
        assert self._process is not None
        for child in psutil.Process(self._process.pid).children(recursive=True):
            if "api" in child.cmdline()[1:5]:
                return peak_of(child.pid) / 2**20 if peak else float(child.memory_info().rss / 2**20)
        return 0.0


def _token_in(path: Path) -> str | None:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    body: Any = message.get_body(("plain",))
    found = _LINK.search(body.get_content()) if body else None
    return found[1] if found else None
