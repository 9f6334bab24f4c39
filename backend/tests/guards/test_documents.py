"""What the documents name is there: files, links, settings, commands, benchmarks."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pazpaz.cli.app import COMMANDS
from pazpaz.features import SETTINGS
from tools import settings_page

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md", "deploy/*.md")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"
)
_MADE = {
    "X.tsx",
    "runtime.json",
    "secrets.json",
    "web/src/api/schema.ts",
    "web/src/core/messages.gen.ts",
    "/openapi.json",
}
_OTHERS = {"security.toml"}  # of other programs
# What commands and scripts are told.
_NO_SETTINGS = {
    "PAZPAZ_TOKEN",
    "PAZPAZ_SYNC_STORE",
    "PAZPAZ_VENV",
    "PAZPAZ_NODE",
    "PAZPAZ_WEB",
    "PAZPAZ_CHROMIUM",
    "PAZPAZ_API",
}


@cache
def _files() -> set[str]:
    """Every path of the checkout that somebody may mean, as far as its end goes."""
    skipped = {".git", ".venv", "node_modules", "__pycache__", ".pazpaz"}
    return {
        str(path.relative_to(ROOT))
        for top in ROOT.iterdir()
        if top.name not in skipped
        for path in ([top, *top.rglob("*")] if top.is_dir() else [top])
        if not skipped & set(path.parts)
    }


def _is_there(name: str) -> bool:
    return name in _MADE | _OTHERS or any(path == name or path.endswith(f"/{name}") for path in _files())


def _named(text: str) -> Iterator[str]:
    """Paths in backticks, without what follows them."""
    for word in re.findall(r"`([\w./-]+\.(?:py|sql|ts|tsx|json|yaml|yml|toml|lock|md|sh))\b[^`]*`", text):
        yield word.removeprefix("../").removeprefix("./")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    """Files in backticks, links and their headings, settings, benchmarks, first words of `pazpaz`."""
    text = document.read_text(encoding="utf-8")
    wrong = [f"no file {name}" for name in _named(text) if not _is_there(name)]
    wrong += [
        f"no {link}"
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
        if not (document.parent / link).exists()
    ]
    tests = re.findall(r"`(?:backend/)?(tests/[\w/]+\.py)::(\w+)`", text)
    wrong += [
        f"no {name} in {path}"
        for path, name in tests
        if f"def {name}(" not in (ROOT / "backend" / path).read_text()
    ]
    known = {f"PAZPAZ_{name.upper()}" for name in SETTINGS.model_fields} | _NO_SETTINGS
    wrong += [
        f"no setting {name}"
        for name in set(re.findall(r"PAZPAZ_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_]*…)", text)) - known
    ]
    benches = {path.stem for path in (ROOT / "backend" / "bench").glob("*.py")} | {"web", "NAME"}
    wrong += [f"no bench {name}" for name in set(re.findall(r"\./dev bench (\w+)", text)) - benches]
    wrong += [
        f"no command {name}"
        for name in set(re.findall(r"`(?:\./dev )?pazpaz ([a-z][a-z-]*)", text)) - set(COMMANDS)
    ]
    assert wrong == []


def test_the_settings_page_is_as_the_settings() -> None:
    """Written anew by `./dev format`."""
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page(), "run ./dev format"


def test_every_setting_says_what_it_means() -> None:
    """An error names a setting with its meaning, and so does the page."""
    assert [name for name, field in SETTINGS.model_fields.items() if not field.description] == []


def test_the_readme_names_every_command() -> None:
    """`pazpaz --help` knows no more than it does."""
    named = set(
        re.findall(r"^\| `([a-z-]+)[ `]", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named == set(COMMANDS)
