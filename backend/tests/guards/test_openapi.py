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
from tests.support.case import NOBODY
from tests.support.guards_cases import CASES
from tests.support.practice import API

COMMITTED = Path(__file__).resolve().parents[2] / "openapi.json"
REGENERATE = "the API has changed; if it was meant to: ./dev pazpaz openapi > backend/openapi.json"
PUBLIC = {case.name for case in CASES.values() if case.may == NOBODY}  # a 401 there is of what was sent
REF = "#/components/{}/"
HEADERS = {"X-Request-ID", "RateLimit", "RateLimit-Policy"}

Described = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """What `pazpaz openapi` prints."""
    return describe()


def _resolved(described: dict[str, Any], kind: str, node: dict[str, Any]) -> dict[str, Any]:
    name = node.get("$ref", "").removeprefix(REF.format(kind))
    found: dict[str, Any] = described["components"][kind][name] if name else node
    return found


def _operations(described: dict[str, Any]) -> Iterator[Described]:
    """Each with its responses in place of references to them."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            answers = {s: _resolved(described, "responses", r) for s, r in operation["responses"].items()}
            yield f"{method.upper()} {path.removeprefix(API)}", operation | {"responses": answers}


def test_the_committed_description_is_the_application_s(described: dict[str, Any]) -> None:
    """backend/openapi.json is what the code says, byte for byte."""
    text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    assert COMMITTED.exists(), REGENERATE
    is_same = COMMITTED.read_text(encoding="utf-8") == text
    assert is_same, REGENERATE


async def test_every_operation_is_below_the_base_path(app: FastAPI) -> None:
    """The description covers /api/v1 and nothing else."""
    assert [path for path in app.openapi()["paths"] if not path.startswith(f"{API}/")] == []


def test_every_operation_documents_problems(described: dict[str, Any]) -> None:
    """Every refusal (a 304 is none) is one of the problem documents of its status, and there are some."""
    wrong = []
    for name, operation in _operations(described):
        refusals = {s: r for s, r in operation["responses"].items() if not s.startswith(("2", "304"))}
        wrong += [f"{name}: documents no 4xx"] * (not any(s.startswith("4") for s in refusals))
        for status, response in refusals.items():
            schema = response["content"][MEDIA_TYPE]["schema"]
            documents = [_resolved(described, "schemas", one) for one in schema.get("oneOf", [schema])]
            wrong += [
                f"{name}: {status} is not a problem document"
                for document in documents
                if document["properties"]["status"] != {"type": "integer", "const": int(status)}
            ]
    assert wrong == []


def test_every_problem_is_described_once(described: dict[str, Any]) -> None:
    """A title tells a document from the others of its answer, and the type ends with its slug."""
    documents = [s for name, s in described["components"]["schemas"].items() if name.endswith("Problem")]
    titles = [document["properties"]["title"]["const"] for document in documents]
    slugs = [document["properties"]["type"]["pattern"] for document in documents]
    assert len(set(titles)) == len(titles) > 30
    assert slugs == [f"/{title.lower().replace(' ', '-')}$" for title in titles]


def test_names_are_fit_for_generated_code(described: dict[str, Any]) -> None:
    """A schema's name is a class name and its one title; an operation's id is `noun.verb`; none is there twice."""
    schemas = described["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []
    assert schemas.keys() & {"ApiClient", "Client", "Configuration", "File", "Response", "Unset"} == set()
    assert [name for name, schema in schemas.items() if "title" in schema] == []
    ids = [operation["operationId"] for _, operation in _operations(described)]
    assert [one for one in ids if not re.fullmatch(r"[a-z-]+\.[a-z_]+", one)] == []
    assert len(set(ids)) == len(ids)
    assert {"attachments.add", "clients.list", "sessions.finalize", "access-history.read_as_fhir"} <= set(ids)


def test_every_operation_says_how_to_sign_in(described: dict[str, Any]) -> None:
    """By a token or a cookie, which are described; or, for those who are nobody yet, not at all."""
    ways: list[dict[str, list[str]]] = [{name: []} for name in described["components"]["securitySchemes"]]
    assert ways == [{"token": []}, {"cookie": []}]
    assert [
        name
        for name, operation in _operations(described)
        if operation["security"] != ([] if name in PUBLIC else ways)
    ] == []


def test_every_answer_says_its_headers(described: dict[str, Any]) -> None:
    """The request's id and the allowance in all; a version with what has one; where what is created can be read."""
    wrong = []
    parents = {name.rpartition("/{")[0] for name, _ in _operations(described) if name.endswith("}")}
    for name, operation in _operations(described):
        for status, response in operation["responses"].items():
            headers = set(response["headers"])
            schema = response.get("content", {}).get("application/json", {}).get("schema", {})
            shown = _resolved(described, "schemas", schema).get("properties", {})
            must = HEADERS | ({"Retry-After"} if status in {"429", "503"} else set())
            must |= {"ETag"} if "version" in shown else set()
            must |= {"Location"} if status == "201" and name.replace("POST", "GET") in parents else set()
            wrong += [f"{name}: {status} lacks {must - headers}"] * (not must <= headers)
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
    """What is referred to is there, and what is there is referred to."""
    components = described["components"]
    used = set(re.findall(r'"#/components/(\w+/[^"]+)"', json.dumps(described)))
    assert used == {
        f"{kind}/{name}" for kind in ("schemas", "responses", "headers") for name in components[kind]
    }
