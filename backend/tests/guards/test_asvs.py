"""docs/asvs.yaml answers for every requirement of OWASP ASVS 5.0, levels 1 and 2, and every test it names runs."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.guards_asvs import REQUIREMENTS

ROOT = Path(__file__).resolve().parents[3]
ANSWERS = ("tests", "document", "not_applicable", "gap")
_SKIPS = frozenset({"skip", "skipif", "xfail", "importorskip"})


def entries() -> dict[str, dict[str, Any]]:
    """The list as it is written."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (ROOT / "docs" / "asvs.yaml").read_text(encoding="utf-8")
    )
    return found


@cache
def _functions(file: Path) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name: node for node in tree.body if isinstance(node, kinds)}


def _skips(node: ast.AST) -> bool:
    return any(isinstance(item, ast.Attribute) and item.attr in _SKIPS for item in ast.walk(node))


def wrong(test: str, root: Path = ROOT / "backend") -> str | None:
    """What is wrong with a named test, if anything is: it must be there, and must run."""
    path, _, name = test.partition("::")
    file = root / path
    if not (path.startswith("tests/") and file.name.startswith("test_") and file.is_file()):
        return f"{test}: no such file"
    if (function := _functions(file).get(name)) is None or not name.startswith("test_"):
        return f"{test}: no such test"
    marks = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if _is_pytestmark(node)]
    return f"{test}: is skipped" if any(map(_skips, [function, *marks])) else None


def _is_pytestmark(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets
    )


def misanswered(requirement: str, entry: dict[str, Any]) -> list[str]:
    """What is wrong with an entry."""
    given = [word for word in ANSWERS if entry.get(word)]
    if len(given) != 1 or not entry.get("about") or set(entry) - {*ANSWERS, "about", "level"}:
        return [f"{requirement}: says {given}, not exactly one of {ANSWERS}"]
    if given == ["tests"]:
        return [f"{requirement}: {fault}" for test in entry["tests"] if (fault := wrong(test))]
    if given == ["document"]:
        path, _, heading = entry["document"].partition("#")
        file = ROOT / path
        headings = [
            line.lstrip("# ") for line in file.read_text(encoding="utf-8").splitlines() if line[:1] == "#"
        ]
        return [] if heading in headings else [f"{requirement}: {path} has no heading '{heading}'"]
    return []


def test_every_requirement_is_answered_for() -> None:
    """None is missing, none is made up, and each has the level of the standard."""
    said = {name: entry["level"] for name, entry in entries().items()}
    wrong = sorted(
        name for name in said.keys() | REQUIREMENTS.keys() if said.get(name) != REQUIREMENTS.get(name)
    )
    assert [f"docs/asvs.yaml: {name}: level: {REQUIREMENTS.get(name, 'take it out')}" for name in wrong] == []


def test_every_answer_holds() -> None:
    """Each entry is tests that are there and run, a document's heading, a reason, or what is missing."""
    faults = [fault for name, entry in entries().items() for fault in misanswered(name, entry)]
    assert [f"docs/asvs.yaml: {fault}" for fault in faults] == []


BAD: dict[str, dict[str, Any]] = {
    "neither": {"about": "x"},
    "two answers": {"about": "x", "gap": "y", "not_applicable": "z"},
    "no words": {"gap": "y"},
    "empty tests": {"about": "x", "tests": []},
    "an unknown word": {"about": "x", "gap": "y", "note": "z"},
    "no such file": {"about": "x", "tests": ["tests/guards/test_nothing.py::test_x"]},
    "no such test": {"about": "x", "tests": ["tests/guards/test_asvs.py::test_nothing"]},
    "no test": {"about": "x", "tests": ["tests/guards/test_asvs.py::misanswered"]},
    "no heading": {"about": "x", "document": "docs/security.md#Nothing"},
}


@pytest.mark.parametrize("entry", BAD.values(), ids=BAD)
def test_a_bad_answer_is_found(entry: dict[str, Any]) -> None:
    """The check above reports each kind of fault."""
    assert misanswered("V0.0.0", entry) != []


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.skip\ndef test_x(): ...",
        "@pytest.mark.skipif(True, reason='')\ndef test_x(): ...",
        "@pytest.mark.xfail\nasync def test_x(): ...",
        "def test_x():\n    pytest.skip()",
        "def test_x():\n    pytest.importorskip('y')",
        "pytestmark = pytest.mark.skip\ndef test_x(): ...",
    ],
)
def test_a_skipped_test_is_found(tmp_path: Path, text: str) -> None:
    """A test that is there and does not run shows nothing."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(text, encoding="utf-8")
    assert wrong("tests/test_a.py::test_x", tmp_path) == "tests/test_a.py::test_x: is skipped"


def test_the_image_leaves_out_what_it_does_not_need() -> None:
    """Of the checkout only the licence, the locks, the migrations and the sources reach the image's build."""
    kept = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    locks = {"!backend/requirements.lock", "!backend/node.lock"}
    needed = {"!LICENSE", "!backend/migrations", "!backend/src", "!web", *locks}
    assert (kept[0], {line for line in kept if line[0] == "!"}) == ("*", needed)
