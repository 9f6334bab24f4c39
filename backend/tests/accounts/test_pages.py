"""What the pages' scripts do not do."""

from importlib.resources import files
from pathlib import Path

import pytest

import pazpaz
from tests.support.practice import Practice

PACKAGE = Path(str(files(pazpaz)))
PAGES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.html"))
SCRIPTED = [path for path in PAGES if "<script" in (PACKAGE / path).read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", SCRIPTED)
@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
)
def test_the_page_writes_text_as_text(page: str, word: str) -> None:
    """Nothing that was sent becomes markup or code."""
    assert word not in (PACKAGE / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", SCRIPTED)
@pytest.mark.parametrize(
    "word", ["localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches."]
)
def test_the_page_keeps_nothing_in_the_browser(page: str, word: str) -> None:
    """What a page knows is gone with it; its cookies are out of its reach."""
    assert word not in (PACKAGE / page).read_text(encoding="utf-8")


async def test_a_mailed_link_leads_to_the_app(practice: Practice) -> None:
    """A browser takes the fragment with the token along (RFC 9110, 10.2.2); the address names nothing of it."""
    answer = await practice.http.get("/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (307, "/app/sign-in")


def test_there_are_pages_with_scripts() -> None:
    """The tests above look at something."""
    assert "factors/second_factor.html" in SCRIPTED
