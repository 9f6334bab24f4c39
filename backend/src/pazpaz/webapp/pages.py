"""The pages of the app: its shell at every address below /app/, its files by their exact names."""

import asyncio
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pazpaz.core.http.cookies import cookies_of
from pazpaz.core.http.deps import COOKIE
from pazpaz.core.http.pages import page
from pazpaz.webapp.assets import LANGUAGES, Asset, Build, built, language_of

router = APIRouter()

_UNBUILT = files("pazpaz.webapp").joinpath("unbuilt.html").read_text(encoding="utf-8")
_FAREWELL = files("pazpaz.webapp").joinpath("farewell.js").read_text(encoding="utf-8")
_LANGUAGE_COOKIE = "pazpaz_language"
_ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# No script or style but our own files; nothing may make markup or code from text (Trusted Types).
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types pazpaz"
)
_SHELL = {
    **_ISOLATED,
    "Content-Security-Policy": _POLICY,
    "Permissions-Policy": (
        "camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), "
        "microphone=(), geolocation=(), payment=(), usb=()"
    ),
    "Cache-Control": "no-cache",
    "Vary": "Accept-Encoding, Accept-Language, Cookie",
    "X-Robots-Tag": "noindex",
}
# The service worker asks this server for the app's files, by its own policy: the page's does not hold for it.
_WORKER = {
    **_ISOLATED,
    "Content-Security-Policy": (
        "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cache-Control": "no-cache",
    "Vary": "Accept-Encoding",
}
_FILE = {**_ISOLATED, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
_HASHED = {**_FILE, "Cache-Control": "public, max-age=31536000, immutable"}

_SCRIPT = "sw.js"
# The service worker asks for the pages it keeps by their names, whoever is signed in.
_KEPT = {f"index.{language}.html": language for language in LANGUAGES}

_read: list[Build | None] = []  # once the files were read


async def _build() -> Build | None:
    if not _read:
        _read.append(await asyncio.to_thread(built))
    return _read[0]


@router.get("/", include_in_schema=False)
@router.get("/app", include_in_schema=False)
async def root() -> Response:
    """Lead who types the bare address to the app."""
    return RedirectResponse("/app/", status_code=307)


@router.get("/app/{path:path}", include_in_schema=False)
async def app(path: str, request: Request) -> Response:
    """A file of the app, or for any other address its shell, which then looks at the address itself."""
    build = await _build()
    if build is None:
        # A browser that kept an app from here before is told to forget it.
        return (
            Response(_FAREWELL, 200, _WORKER, "text/javascript") if path == _SCRIPT else page(_UNBUILT, 503)
        )
    asset = build.assets.get(path)
    if asset is not None and path in _KEPT:
        return _answer(request, asset, {**_SHELL, "Content-Language": _KEPT[path]})
    if asset is not None and not path.startswith("index."):
        return _answer(request, asset, _headers(path))
    if path.startswith("assets/"):
        return Response("There is no such file.", 404, media_type="text/plain")
    cookies = cookies_of(request)
    language = language_of(cookies.get(_LANGUAGE_COOKIE), request.headers.get("accept-language", ""))
    shell = build.shell(language, is_signed_in=bool(cookies.get(COOKIE)))
    return _answer(request, shell, {**_SHELL, "Content-Language": language})


def _headers(path: str) -> dict[str, str]:
    if path == _SCRIPT:
        return _WORKER
    return _HASHED if path.startswith("assets/") else _FILE


def _answer(request: Request, asset: Asset, headers: dict[str, str]) -> Response:
    form = asset.accepted(request.headers.get("accept-encoding", ""))
    headers = {**headers, "ETag": form.etag}
    if form.coding is not None:
        headers["Content-Encoding"] = form.coding
    if form.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(form.content, headers={**headers, "Content-Type": asset.media_type})
