"""Behind real proxies: a refusal reaches the person, and leaves the connection that proxies reuse well."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.server.proxying import PROXIES, asked, is_installed, proxied
from tests.support.served import served

TOLD = ("-o", "/dev/null", "-w", "%{http_code} %{http_version}\n")
UPLOAD = f"/api/v1/sessions/{uuid4()}/attachments"
SIZES = {"small": 100_000, "large": 9_000_000, "too-large": 14_000_000}
WAYS = {
    "HTTP/2": ("--http2",),
    "HTTP/1.1": ("--http1.1", "-H", "Expect:"),
    "100-continue": ("--http1.1", "-H", "Expect: 100-continue"),
    "a slow line": ("--http2", "--limit-rate", "3M"),
}

pytestmark = [
    pytest.mark.usefixtures("anyio_backend"),  # the database is an async fixture
    pytest.mark.skipif(not is_installed("curl"), reason="curl is not installed"),
]


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(database, tmp_path_factory.mktemp("api") / "log") as address:
        yield address


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest, server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if not is_installed(request.param):
        pytest.skip(f"{request.param} is not installed")
    with proxied(request.param, server, tmp_path_factory.mktemp(request.param)) as address:
        yield address


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name, size in SIZES.items():
        (folder / name).write_bytes(os.urandom(size))
    return folder


def uploaded(proxy: str, file: Path, way: str) -> list[int]:
    """The status of an upload with an ended sign-in, and of four requests after it, as one person sends them."""
    upload = (*WAYS[way], "-H", "Authorization: Bearer ended", "-F", f"file=@{file}", proxy + UPLOAD)
    after = [("--next", "-sk", *TOLD, *WAYS[way][:1], f"{proxy}/health/live") for _ in range(4)]
    return [status for status, _ in asked(*TOLD, *upload, *(part for one in after for part in one))]


def _said(request: pytest.FixtureRequest, way: str, status: int) -> set[int]:
    """Caddy 2.6 was seen to say `100` and then to end the connection instead; no browser asks with Expect."""
    is_caddy = request.node.callspec.params["proxy"] == "caddy"
    return {status, 100} if is_caddy and way == "100-continue" else {status}


@pytest.mark.parametrize(
    ("size", "way"), [("small", "HTTP/2"), ("small", "HTTP/1.1"), *(("large", way) for way in WAYS)]
)
def test_an_upload_with_an_ended_sign_in(
    request: pytest.FixtureRequest, proxy: str, files: Path, size: str, way: str
) -> None:
    """It is a 401 to the person, not a fault of the proxy's, and what follows is served."""
    first, *others = uploaded(proxy, files / size, way)
    assert first in _said(request, way, 401)
    assert others == [200, 200, 200, 200]


@pytest.mark.parametrize("way", WAYS)
def test_an_upload_that_is_too_large(
    request: pytest.FixtureRequest, proxy: str, files: Path, way: str
) -> None:
    """It is a 413, whoever says so: the server at once, or the proxy."""
    first, *others = uploaded(proxy, files / "too-large", way)
    assert first in _said(request, way, 413)
    assert others == [200, 200, 200, 200]


def test_people_speak_http2(proxy: str) -> None:
    assert asked(*TOLD, "--http2", f"{proxy}/second-factor") == [(200, "2")]
