"""What `pazpaz doctor` says of the interpreter."""

from datetime import date

import pytest

from pazpaz.cli.interpreter import judged

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("version", "words"),
    [((3, 11, 7), "3.11.10"), ((3, 11, 9), "CVE-2024-7592"), ((3, 12, 5), "3.12.6")],
    ids=str,
)
def test_an_interpreter_without_fixes_is_named(version: tuple[int, int, int], words: str) -> None:
    """It says which release has them."""
    state, remedy = judged(version, TODAY)
    assert words in state
    assert remedy


@pytest.mark.parametrize("version", [(3, 11, 10), (3, 12, 6), (3, 13, 0), (3, 14, 1), (3, 99, 0)], ids=str)
def test_a_mended_interpreter_is_only_named(version: tuple[int, int, int]) -> None:
    """Its version, and no remedy; one that is newer than this table too."""
    assert judged(version, TODAY) == (".".join(map(str, version)), "")


def test_an_interpreter_past_its_end_is_named() -> None:
    """A branch that gets no more fixes."""
    assert "October 2027" in judged((3, 11, 15), date(2027, 11, 1))[0]
