"""Pages for people: HTML that runs and shows nothing but its own inline script and style."""

import base64
import hashlib
import re

from starlette.responses import Response


def page(text: str, status: int = 200, *, connects: bool = False, submits: bool = False) -> Response:
    """An HTML answer. It may ask this server (`connects`) and send its form there (`submits`), and nothing else.

    Its one script and one style are named by their hashes in the Content-Security-Policy (CSP level 3).
    """
    rules = {
        "default-src": "'none'",
        "script-src": _source("script", text),
        "style-src": _source("style", text),
        "connect-src": "'self'" if connects else "'none'",
        "form-action": "'self'" if submits else "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in rules.items()),
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(text, status, headers, media_type="text/html")


def _source(tag: str, text: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    if found is None:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()}'"
