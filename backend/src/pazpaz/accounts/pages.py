"""The page a magic link opens. It acts only on a click, so mail scanners that open links burn none."""

import base64
import hashlib
import re
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

router = APIRouter()

_PAGE = files("pazpaz.accounts").joinpath("sign_in.html").read_text(encoding="utf-8")


def _source(tag: str) -> str:
    """The one inline script or style, as Content-Security-Policy wants it named."""
    found = re.search(rf"<{tag}>(.*?)</{tag}>", _PAGE, re.DOTALL)
    digest = hashlib.sha256((found.group(1) if found else "").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src {_source('script')}; style-src {_source('style')};"
        " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


@router.get("/sign-in", include_in_schema=False)
async def sign_in() -> Response:
    """Ask for a link, or use the one in the address's fragment, which never reaches a server log."""
    return Response(_PAGE, media_type="text/html", headers=_HEADERS)
