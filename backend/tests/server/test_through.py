"""`pazpaz doctor --through` finds nothing wrong with the proxies we recommend, and names what others do."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pazpaz.cli.asking import Place
from pazpaz.cli.errors import CliError
from pazpaz.cli.through import Row, Way, examined
from pazpaz.core.base.config import Settings
from pazpaz.core.base.tokens import new_token
from pazpaz.core.http.arrivals import PATH, TICKET
from pazpaz.features import load_settings
from tests.server.proxying import PROXIES, is_installed, proxied
from tests.support import stack
from tests.support.served import free_port, served

pytestmark = pytest.mark.usefixtures("anyio_backend")
ONE = {"PAZPAZ_TRUSTED_PROXIES": "1"}


@dataclass(frozen=True)
class Wrong:
    """A proxy whose configuration is changed so, and what is said of it."""

    proxy: str
    changed: Mapping[str, str]
    row: str
    state: str
    remedy: str
    answers: int = 200


# Each was seen with the versions of Debian 12.
WRONG = {
    "nginx as it comes": Wrong(
        "nginx",
        {"    client_max_body_size 12m;\n": ""},
        "9 MB",
        "413, by the proxy",
        "client_max_body_size 12m",
    ),
    "nginx without Host": Wrong(
        "nginx",
        {"        proxy_set_header Host $http_host;\n": ""},
        "arrives",
        "421",
        "pass Host on",
        answers=421,
    ),
    "nginx that adds no address": Wrong(
        "nginx",
        {"        proxy_set_header X-Forwarded-For $remote_addr;\n": ""},
        "address",
        "everybody may claim an address",
        "as the last entry",
    ),
    "nginx that says more than is believed": Wrong(
        "nginx",
        {"X-Forwarded-For $remote_addr": 'X-Forwarded-For "$http_x_forwarded_for, 192.0.2.1, $remote_addr"'},
        "address",
        "gets 2 entries, PAZPAZ_TRUSTED_PROXIES is 1",
        "set PAZPAZ_TRUSTED_PROXIES to how many there are: 2",
    ),
    "nginx that drops Authorization": Wrong(
        "nginx",
        {"proxy_buffering off;": 'proxy_buffering off; proxy_set_header Authorization "";'},
        "Authorization",
        "does not arrive",
        "login=PASS",
    ),
    "nginx that renames cookies' paths": Wrong(
        "nginx",
        {"proxy_buffering off;": "proxy_buffering off; proxy_cookie_path / /app/;"},
        "cookie",
        "comes back changed",
        "pass Set-Cookie on",
    ),
    "nginx with error pages of its own": Wrong(
        "nginx",
        {
            "location / {": "location = /401.html { return 401 wrong; }\n    location / {",
            "proxy_buffering off;": "proxy_intercept_errors on; error_page 401 /401.html;",
        },
        "problems",
        "a refusal comes as",
        "proxy_intercept_errors off",
    ),
    "nginx that lets nothing be deleted": Wrong(
        "nginx",
        {"proxy_buffering off;": "limit_except GET POST PUT PATCH { deny all; }"},
        "methods",
        "DELETE is answered 403 by the proxy",
        "let DELETE through",
    ),
    "nginx that keeps answers": Wrong(
        "nginx",
        {
            "upstream pazpaz {": "proxy_cache_path cache keys_zone=kept:1m;\nupstream pazpaz {",
            "proxy_buffering off;": "proxy_cache kept; proxy_cache_valid 200 1m;"
            " proxy_ignore_headers Cache-Control Set-Cookie;",
        },
        "caching",
        "kept and given again",
        "cache nothing",
    ),
    "Apache that compresses": Wrong(
        "apache2",
        {"ProxyPreserveHost On": "ProxyPreserveHost On\n    SetOutputFilter DEFLATE"},
        "versions",
        'comes as "7-gzip"',
        "DeflateAlterETag NoChange",
    ),
    "Apache without Host": Wrong(
        "apache2",
        {"ProxyPreserveHost On": "ProxyAddHeaders On"},
        "arrives",
        "Host arrives as",
        "pass Host on",
    ),
    "HAProxy that adds no address": Wrong(
        "haproxy",
        {"    option forwardfor  # adds the last entry, the only one that PazPaz believes\n": ""},
        "address",
        "everybody may claim an address",
        "as the last entry",
    ),
    "HAProxy with its own check": Wrong(
        "haproxy",
        {"option httpchk GET /health/ready": "option httpchk"},
        "reached",
        "503, by the proxy",
        "listens",
        answers=503,
    ),
    "Caddy with a small limit": Wrong(
        "caddy",
        {"pazpaz.example {": "pazpaz.example {\n\trequest_body {\n\t\tmax_size 1MB\n\t}"},
        "9 MB",
        "by the proxy",
        "docs/proxies.md",
    ),
}


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(database, tmp_path_factory.mktemp("api") / "log", **ONE) as address:
        yield address


@pytest.fixture(scope="module")
def settings(database: str) -> Settings:
    """As the server has them."""
    values = stack.environment(database) | ONE
    return load_settings(**{name.removeprefix("PAZPAZ_").lower(): value for name, value in values.items()})


async def _examined(
    wrong: Wrong, server: str, settings: Settings, folder: Path, trust: pytest.MonkeyPatch
) -> list[Row]:
    if not is_installed(wrong.proxy):
        pytest.skip(f"{wrong.proxy} is not installed")
    with proxied(wrong.proxy, server, folder, wrong.changed, wrong.answers) as address:
        trust.setenv("SSL_CERT_FILE", str(folder / "pem"))
        return await examined(address, settings)


@pytest.mark.parametrize("proxy", PROXIES)
async def test_nothing_is_wrong_with_what_we_recommend(
    proxy: str, server: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await _examined(Wrong(proxy, {}, "", "", ""), server, settings, tmp_path, monkeypatch)
    assert [row for row in rows if row[2]] == []
    assert len(rows) == 12
    assert ("way, address", "you count as 127.0.0.1", "") in rows


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_named(
    name: str, server: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is to be done."""
    wrong = WRONG[name]
    rows = await _examined(wrong, server, settings, tmp_path, monkeypatch)
    found = {row: (state, remedy) for row, state, remedy in rows if remedy}
    assert f"way, {wrong.row}" in found, rows
    state, remedy = found[f"way, {wrong.row}"]
    assert (wrong.state in state, wrong.remedy in remedy, "docs/proxies.md" in remedy) == (True,) * 3, rows


async def test_a_certificate_that_nobody_trusts_is_named(
    server: str, settings: Settings, tmp_path: Path
) -> None:
    if not is_installed("nginx"):
        pytest.skip("nginx is not installed")
    with proxied("nginx", server, tmp_path) as address:
        [(name, state, remedy)] = await examined(address, settings)
    assert (name, "self-signed" in state, "with its chain" in remedy) == ("way, reached", True, True)


async def test_nobody_there_is_named(settings: Settings) -> None:
    [(name, state, remedy)] = await examined(f"http://127.0.0.1:{free_port()}", settings)
    assert (name, "ConnectionRefusedError" in state, bool(remedy)) == ("way, reached", True, True)


def test_another_deployment_is_named(server: str) -> None:
    """One that shares no Valkey with the doctor: what it says would be of somewhere else."""
    rows = list(Way(Place.of(server), new_token(), 1).rows())
    assert [name for name, _, _ in rows] == ["way, reached", "way, arrives"]
    assert "other settings" in rows[-1][1]


@pytest.mark.parametrize(
    "ticket", [None, "", "x", new_token()], ids=["none", "empty", "no token", "not given out"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_without_a_ticket_nothing_is_told(server: str, method: str, ticket: str | None) -> None:
    """It is a path that does not exist, and no body is waited for."""
    headers = {} if ticket is None else {TICKET: ticket}
    answer = Place.of(server).ask(method, PATH, headers)
    assert (answer.status, answer.is_problem, "set-cookie" in answer.headers) == (404, True, False)


@pytest.mark.parametrize(
    "url",
    ["pazpaz.example", "ftp://pazpaz.example", "https://", "https://a.example/app", "https://a:b@a.example"],
)
def test_what_is_no_public_address_is_refused(url: str) -> None:
    with pytest.raises(CliError, match="give the address"):
        Place.of(url)


def test_the_command_says_it(database: str, server: str, tmp_path: Path) -> None:
    """Beside what it says of the services; what is wrong makes it fail."""
    environment = {**os.environ, **stack.environment(database), **ONE, "COLUMNS": "300"}
    command = [sys.executable, "-m", "pazpaz", "doctor", "--through", server, "--data-dir", str(tmp_path)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 1, ran.stderr
    assert "arrives whole" in ran.stdout
    assert "everybody may claim an address" in " ".join(ran.stdout.split())
