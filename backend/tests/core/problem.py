"""What every problem document must be, whoever answers it."""

from typing import Any

import httpx

BASE = "https://pazpaz.com/errors"


def problem_of(answer: httpx.Response, status: int, slug: str | None = None) -> dict[str, Any]:
    """The document, after checking its shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["instance"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    assert body["type"].startswith(f"{BASE}/")
    if slug is not None:
        assert body["type"] == f"{BASE}/{slug}"
    return body
