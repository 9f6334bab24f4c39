"""Another version of what private parts are used of stops the start."""

import tomllib
from pathlib import Path

from pazpaz.server.pinned import PINNED, others

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def test_the_project_asks_for_the_versions_that_are_looked_for() -> None:
    """Who moves one of them moves both places, and looks at the private parts."""
    named = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {f"{name}=={version}" for name, version in PINNED.items()} <= set(named)


def test_they_are_installed() -> None:
    """The tests run on what production runs on."""
    assert others() == []


def test_another_version_is_named() -> None:
    """Which is there, which is wanted, and the remedy."""
    (said,) = others(PINNED | {"fastapi": "0.1"})
    assert said.endswith("private parts of 0.1 are used: install what requirements.lock names")
