"""/dev/mail: the messages of the embedded mail catcher; it exists only in the embedded mode.

Whoever reads a mail can sign in by it: the address holds a secret, which only the user who runs `up` can read.
"""

import email
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import NotFound
from pazpaz.core.base.tokens import same

SHOWN = 200
router = APIRouter(prefix="/dev/mail/{key}", include_in_schema=False)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; sandbox allow-popups"
        " allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    ),
    "Referrer-Policy": "no-referrer",
}
_STYLE = """<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
td{padding:.25rem 1rem .25rem 0}
iframe{width:100%;height:30rem;border:1px solid #888;background:#fff}
</style>"""


def _folder(request: Request) -> Path:
    settings: Settings = request.app.state.resources.settings
    key, folder = settings.mail_catcher_key, settings.mail_catcher_dir
    if key is None or folder is None or not same(request.path_params["key"], key.get_secret_value()):
        raise NotFound
    return folder / "new"


def _address(request: Request) -> str:
    return f"/dev/mail/{escape(request.path_params['key'])}"


Folder = Annotated[Path, Depends(_folder)]
Address = Annotated[str, Depends(_address)]


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=default)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    content = part.get_content() if part is not None else ""
    return content if isinstance(content, str) else ""


def _page(body: str) -> Response:
    page = f"<!doctype html><meta charset=utf-8><title>Mail</title>{_STYLE}{body}"
    return Response(page, media_type="text/html", headers=_HEADERS)


@router.get("")
async def list_mail(folder: Folder, address: Address) -> Response:
    """The newest messages."""
    rows = []
    for path in _newest_first(folder)[:SHOWN]:
        message = _read(path)
        cells = (escape(str(message[name])) for name in ("Date", "To", "Subject"))
        link = f'<a href="{address}/{escape(path.name)}">open</a>'
        rows.append(f"<tr>{''.join(f'<td><bdi>{cell}</bdi></td>' for cell in cells)}<td>{link}</td></tr>")
    return _page(
        f"<h1>Mail</h1><table>{''.join(rows)}</table>" if rows else "<h1>Mail</h1><p>No mail yet.</p>"
    )


@router.get("/latest/text")
async def latest_text(folder: Folder, to: Annotated[str, Query(max_length=254)]) -> Response:
    """The text of the newest message to an address: for scripts and the documentation."""
    for path in _newest_first(folder)[:SHOWN]:
        message = _read(path)
        if str(message["To"]).lower() == to.lower():
            return Response(_part(message, "plain"), media_type="text/plain")
    raise NotFound


@router.get("/{name}")
async def read_mail(folder: Folder, address: Address, name: str) -> Response:
    """One message: its headers, its HTML and its text."""
    path = next((p for p in _newest_first(folder) if p.name == name), None)
    if path is None:
        raise NotFound
    message = _read(path)
    headers = "".join(
        f"<tr><td>{escape(k)}</td><td><bdi>{escape(str(v))}</bdi></td></tr>" for k, v in message.items()
    )
    source = escape(_part(message, "html"))
    html = (
        f'<iframe sandbox="allow-popups allow-top-navigation-by-user-activation" srcdoc="{source}"></iframe>'
    )
    text = f"<pre dir=auto>{escape(_part(message, 'plain'))}</pre>"
    return _page(f'<p><a href="{address}">all mail</a></p><table>{headers}</table>{html}{text}')
