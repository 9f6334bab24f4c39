"""`up` without the packages of the extra says so in one line."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.extra import PACKAGES, require

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def test_what_is_looked_for_is_the_extra() -> None:
    """A further service is missed as the others are."""
    extra = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]["embedded"]
    assert {Requirement(text).name for text in extra} == set(PACKAGES)


def test_what_is_missing_is_named() -> None:
    """And nothing that is there."""
    with pytest.raises(
        EmbeddedError, match=r"for which nothing-of-the-kind must be there: install pazpaz\[embedded\]"
    ):
        require((*PACKAGES, "nothing-of-the-kind"))
