"""What the addresses below /app/ answer."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.http.deps import COOKIE
from pazpaz.main import create_app
from pazpaz.webapp import pages
from pazpaz.webapp.assets import Build
from tests.support.practice import browser
from tests.webapp.conftest import FILES, SCRIPT

FILE = "/app/assets/App-1a2b.js"
ISOLATED = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def _said(answer: httpx.Response, names: dict[str, str]) -> dict[str, str]:
    return {name: answer.headers.get(name, "") for name in names}


@pytest.mark.parametrize("path", ["/", "/app"])
async def test_the_bare_address_leads_to_the_app(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, "/app/")


@pytest.mark.parametrize(
    "path", ["", "calendar", "clients/0193-some-client", "icon.svg/", "index.he.nobody.html"]
)
async def test_any_address_answers_with_the_shell(http: httpx.AsyncClient, path: str) -> None:
    """The shell looks at the address itself; no client's id decides what the server sends."""
    answer = await http.get(f"/app/{path}", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.content) == (200, FILES["index.en.nobody.html"])


@pytest.mark.parametrize(("cookie", "name"), [("whatever", "index.en.html"), ("", "index.en.nobody.html")])
async def test_the_shell_knows_whether_somebody_may_be_signed_in(
    http: httpx.AsyncClient, cookie: str, name: str
) -> None:
    """By the cookie's being there alone; who it is, if anybody, the API says."""
    headers = {"Accept-Language": "en", "Cookie": f"{COOKIE}={cookie}"}
    answer = await http.get("/app/", headers=headers)
    assert (answer.content, "Cookie" in answer.headers["vary"]) == (FILES[name], True)


async def test_the_shell_says_what_it_may(http: httpx.AsyncClient) -> None:
    """Own scripts and styles, nothing inline, no other origin, nobody's frame, no markup made of text."""
    answer = await http.get("/app/")
    expected = {
        **ISOLATED,
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "vary": "Accept-Encoding, Accept-Language, Cookie",
        "permissions-policy": "camera=(self), publickey-credentials-get=(self), "
        "publickey-credentials-create=(self), microphone=(), geolocation=(), payment=(), usb=()",
    }
    assert _said(answer, expected) == expected
    rules = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' blob:",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "pazpaz",
    }


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("assets/App-1a2b.js", "text/javascript; charset=utf-8"),
        ("assets/App-1a2b.css", "text/css; charset=utf-8"),
        ("assets/font.woff2", "font/woff2"),
        ("icon.svg", "image/svg+xml"),
        ("manifest.he.webmanifest", "application/manifest+json"),
        ("sw.js", "text/javascript; charset=utf-8"),
    ],
)
async def test_a_file_is_answered_as_what_it_is(http: httpx.AsyncClient, path: str, media_type: str) -> None:
    answer = await http.get(f"/app/{path}", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, FILES[path])
    expected = {**ISOLATED, "content-type": media_type, "vary": "Accept-Encoding"}
    assert _said(answer, expected) == expected
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("language", ["he", "en"])
@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=whatever; pazpaz_language=en", "pazpaz_language=he"])
async def test_the_page_to_keep_is_the_same_for_everybody(
    http: httpx.AsyncClient, language: str, cookie: str
) -> None:
    """The service worker asks for it by its name; it comes with all that a page may and may not."""
    answer = await http.get(f"/app/index.{language}.html", headers={"Cookie": cookie})
    shell = await http.get("/app/")
    assert (answer.status_code, answer.content) == (200, FILES[f"index.{language}.html"])
    assert answer.headers["content-language"] == language
    for name in ("content-security-policy", "permissions-policy", "cache-control", *ISOLATED):
        assert answer.headers[name] == shell.headers[name]


async def test_the_service_worker_is_asked_for_each_time_and_reaches_this_server_only(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/app/sw.js")
    rules = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert answer.headers["cache-control"] == "no-cache"
    assert rules == {
        "default-src": "'none'",
        "connect-src": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert "service-worker-allowed" not in answer.headers


async def test_only_what_has_its_hash_in_its_name_is_kept_without_asking(http: httpx.AsyncClient) -> None:
    kept = (await http.get(FILE)).headers["cache-control"]
    assert kept == "public, max-age=31536000, immutable"
    assert (await http.get("/app/icon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "assets/App-1a2b.js.map",
        "assets/App-1a2b.js.br",
        "assets/app-1a2b.js",
        "assets/App-1a2b.js/",
        "assets/",
        "assets//App-1a2b.js",
        "assets/%2e%2e/icon.svg",
        "assets/..%2f..%2fpages.py",
        "assets/%2e%2e/%2e%2e/pages.py",
        "assets/%252e%252e/icon.svg",
        "assets/%00",
        "assets/.built",
        "assets/" + "a" * 5000,
    ],
)
async def test_there_is_no_other_file(http: httpx.AsyncClient, path: str) -> None:
    """A name is looked up, never opened: no case folding, no dot segments, no folders."""
    answer = await http.get(f"/app/{path}")
    assert (answer.status_code, answer.text) == (404, "There is no such file.")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        ".built",
        ".vite/manifest.json",
        "%2e%2e/pages.py",
        "..%2fpages.py",
        "x/%2e%2e/assets/App-1a2b.js",
        "%5c..",
    ],
)
async def test_nothing_beside_the_build_is_sent(http: httpx.AsyncClient, path: str) -> None:
    """Hidden files and whatever lies outside are addresses like any other."""
    answer = await http.get(f"/app/{path}", headers={"Accept-Language": "en"})
    assert answer.content == FILES["index.en.nobody.html"]


@pytest.mark.parametrize(
    ("accepted", "coding", "content"),
    [
        ("br, gzip", "br", FILES["assets/App-1a2b.js.br"]),
        ("gzip", "gzip", FILES["assets/App-1a2b.js.gz"]),
        ("GZIP;q=0.5, br;q=0", "gzip", FILES["assets/App-1a2b.js.gz"]),
        ("gzip;q=0, br;q=0.0", None, SCRIPT),
        ("identity", None, SCRIPT),
        ("zstd, deflate", None, SCRIPT),
        ("br;q=nan, gzip;q=high", None, SCRIPT),
        ("", None, SCRIPT),
        (";,=;q,," * 5000, None, SCRIPT),
    ],
)
async def test_the_smallest_form_allowed_is_sent(
    http: httpx.AsyncClient, accepted: str, coding: str | None, content: bytes
) -> None:
    async with http.stream("GET", FILE, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert (answer.headers.get("content-encoding"), raw) == (coding, content)
    assert answer.headers["content-length"] == str(len(content))


@pytest.mark.parametrize("path", ["/app/", FILE, "/app/icon.svg"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}'])
async def test_what_is_there_already_is_not_sent_again(http: httpx.AsyncClient, path: str, form: str) -> None:
    """Neither its content nor another validity: the answer renews what the browser keeps."""
    first = await http.get(path)
    again = await http.get(path, headers={"If-None-Match": form.format(first.headers["etag"])})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    assert again.headers.get("content-security-policy") == first.headers.get("content-security-policy")


async def test_each_form_and_language_has_its_own_tag(http: httpx.AsyncClient) -> None:
    forms = [await http.get(FILE, headers={"Accept-Encoding": coding}) for coding in ("gzip", "identity")]
    shells = [await http.get("/app/", headers={"Accept-Language": language}) for language in ("he", "en")]
    assert len({answer.headers["etag"] for answer in (*forms, *shells)}) == 4
    stale = await http.get(
        "/app/", headers={"If-None-Match": shells[0].headers["etag"], "Accept-Language": "en"}
    )
    assert (stale.status_code, stale.content) == (200, FILES["index.en.nobody.html"])


@pytest.mark.parametrize("path", ["/app/", FILE, "/app/icon.svg", "/app/assets/none.js"])
async def test_head_answers_as_get_does(http: httpx.AsyncClient, path: str) -> None:
    got, headed = await http.get(path), await http.head(path)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert headed.headers.get(name) == got.headers.get(name)


async def test_nothing_can_be_sent_to_the_app(http: httpx.AsyncClient) -> None:
    answer = await http.post("/app/", content=b"x", headers={"Origin": "http://testserver"})
    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("cookie", "wanted", "language"),
    [
        ("he", "en", "he"),
        ("en", "he", "en"),
        ("fr", "he", "he"),
        ("../he", "en", "en"),
        (None, "iw-IL", "he"),
    ],
)
async def test_the_choice_goes_before_the_browsers_wish(
    http: httpx.AsyncClient, cookie: str | None, wanted: str, language: str
) -> None:
    headers = {"Accept-Language": wanted} | ({"Cookie": f"pazpaz_language={cookie}"} if cookie else {})
    answer = await http.get("/app/", headers=headers)
    assert answer.headers["content-language"] == language
    assert re.search(r'lang="(\w+)"', answer.text)[1] == language  # type: ignore[index]


async def test_the_app_is_not_counted_as_public_requests_are(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clinic behind one address opens it on every screen at once."""
    monkeypatch.setattr(pages, "_read", [Build.read(folder)])
    app = create_app(settings.model_copy(update={"rate_limit_public_per_minute": 1}))
    async with app.router.lifespan_context(app), browser(app) as http:
        answers = [await http.get(path) for path in ("/app/", FILE, "/app/assets/none.js") * 5]
    assert {answer.status_code for answer in answers} == {200, 404}
    assert not any("ratelimit" in answer.headers for answer in answers)


async def test_without_a_build_the_page_says_what_to_do(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both languages, at every address, and never kept."""
    monkeypatch.setattr(pages, "_read", [Build.read(tmp_path)])
    async with browser(app) as http:
        worker = await http.get("/app/sw.js")
        answers = [await http.get(path) for path in ("/app/", "/app/calendar", FILE)]
    # A browser that kept an app from before is told, or it would show that for ever.
    assert (worker.status_code, worker.headers["cache-control"]) == (200, "no-cache")
    assert "registration.unregister()" in worker.text
    for answer in answers:
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.text.count("./dev up") == 2
        assert "script-src 'none'" in answer.headers["content-security-policy"]
