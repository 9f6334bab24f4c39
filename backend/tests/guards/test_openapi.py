"""The API is described as it is: the committed description, its problems, and who must sign in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.http.problems import MEDIA_TYPE
from pazpaz.main import describe
from tests.support.practice import API

COMMITTED = Path(__file__).resolve().parents[2] / "openapi.json"
REGENERATE = "the API has changed; if it was meant to: ./dev pazpaz openapi > backend/openapi.json"
PUBLIC = {
    "POST /auth/signup": "nobody is anyone yet",
    "POST /auth/magic-link": "nobody is anyone yet",
    "POST /auth/verify": "its 401 is of the link",
    "POST /auth/passkeys/options": "nobody is anyone yet",
    "POST /auth/passkeys/verify": "its 401 is of the passkey",
}
DOCUMENT = {"$ref": "#/components/schemas/ProblemDocument"}

Described = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """What `pazpaz openapi` prints."""
    return describe()


def _operations(described: dict[str, Any]) -> Iterator[Described]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path.removeprefix(API)}", operation


def test_the_committed_description_is_the_application_s(described: dict[str, Any]) -> None:
    """backend/openapi.json is what the code says, byte for byte."""
    text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    assert COMMITTED.exists(), REGENERATE
    assert COMMITTED.read_text(encoding="utf-8") == text, REGENERATE


async def test_every_operation_is_below_the_base_path(app: FastAPI) -> None:
    """The description covers /api/v1 and nothing else."""
    assert [path for path in app.openapi()["paths"] if not path.startswith(f"{API}/")] == []


def test_every_operation_documents_problems(described: dict[str, Any]) -> None:
    """Every refusal (a 304 is none) is a problem document by its type and schema, and there are some."""
    wrong = []
    for name, operation in _operations(described):
        refusals = {s: r for s, r in operation["responses"].items() if not s.startswith(("2", "304"))}
        wrong += [f"{name}: documents no 4xx"] * (not any(s.startswith("4") for s in refusals))
        wrong += [
            f"{name}: {status} is not a problem document"
            for status, response in refusals.items()
            if response.get("content") != {MEDIA_TYPE: {"schema": DOCUMENT}}
        ]
    assert wrong == []


def test_every_operation_documents_401(described: dict[str, Any]) -> None:
    """Who is not signed in is refused, and the description says so."""
    open_to_all = [
        name
        for name, operation in _operations(described)
        if name not in PUBLIC and "401" not in operation["responses"]
    ]
    assert open_to_all == []


def test_every_operation_documents_its_refusals(described: dict[str, Any]) -> None:
    """Each is limited (429), and whoever is signed in may be of a role that may not (403)."""
    unsaid = [
        f"{name}: {status}"
        for name, operation in _operations(described)
        for status in ("403", "429")
        if status not in operation["responses"]
    ]
    assert unsaid == []


def test_every_id_in_a_path_documents_404(described: dict[str, Any]) -> None:
    """What is asked for by id may not exist."""
    unsaid = [
        name
        for name, operation in _operations(described)
        if "{" in name and "404" not in operation["responses"]
    ]
    assert unsaid == []


def test_every_operation_documents_its_success(described: dict[str, Any]) -> None:
    """One success, with a schema unless it has no content, and a sentence for people."""
    wrong = []
    for name, operation in _operations(described):
        successes = {s: r for s, r in operation["responses"].items() if s.startswith("2")}
        wrong += [f"{name}: has {len(successes)} successes"] * (len(successes) != 1)
        wrong += [f"{name}: is not described"] * (not operation.get("description"))
        wrong += [
            f"{name}: {status} has no schema"
            for status, response in successes.items()
            if status != "204" and not all(kind["schema"] for kind in response["content"].values())
        ]
    assert wrong == []


def test_every_reference_resolves(described: dict[str, Any]) -> None:
    """Each schema that is referred to is there."""
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert used - set(described["components"]["schemas"]) == set()
