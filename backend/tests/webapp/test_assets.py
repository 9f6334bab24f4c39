"""What a build is read as, and what a browser's wishes mean."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.webapp import assets
from pazpaz.webapp.assets import LANGUAGES, SHELLS, Build, language_of

MOST_BYTES = 2_000_000  # of plain files, all of which are held in memory
WORTH_IT = 200  # bytes; below it the codings' own framing may outweigh what they save


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("he", "he"),
        ("he-IL,he;q=0.9,en-US;q=0.8,en;q=0.7", "he"),
        ("en-US,en;q=0.9,he;q=0.8", "en"),
        ("en;q=0.5, he;q=0.9", "he"),
        ("fr, ar;q=0.9, iw;q=0.1", "he"),
        ("IW-il", "he"),
        ("he;q=0, en;q=0.1", "en"),
        ("he;q=nan, en;q=0.1", "en"),
        ("en;q=0.2, fr;q=nan, he;q=0.9", "he"),
        ("he;q=0", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("hebrew", "en"),
        ("", "en"),
        ("fr," * 400 + "he", "en"),
    ],
)
def test_the_first_language_of_ours_is_taken(wanted: str, language: str) -> None:
    """By weight; what was not asked for in the beginning of the header is English."""
    assert language_of(None, wanted) == language


@given(st.text(max_size=1000), st.text(max_size=1000))
def test_whatever_is_sent_is_answered_in_one_of_the_languages(cookie: str, wanted: str) -> None:
    assert language_of(cookie, wanted) in LANGUAGES


def test_a_build_is_its_files_by_their_exact_names(folder: Path) -> None:
    """Neither hidden files nor the compressed forms have an address of their own."""
    build = Build.read(folder)
    assert build is not None
    assert sorted(build.assets) == [
        "assets/App-1a2b.css",
        "assets/App-1a2b.js",
        "assets/font.woff2",
        "icon.svg",
        "index.en.html",
        "index.en.nobody.html",
        "index.he.html",
        "index.he.nobody.html",
        "manifest.he.webmanifest",
        "sw.js",
    ]


@pytest.mark.parametrize("name", SHELLS.values())
def test_a_build_without_a_languages_page_is_none(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert Build.read(folder) is None


@pytest.fixture
def build() -> Build:
    """The app that this checkout built."""
    found = assets.built()
    if found is None:
        pytest.skip("the app is not built here: ./dev test builds it unless PAZPAZ_WEB=off")
    return found


@pytest.mark.parametrize(("language", "is_signed_in"), SHELLS)
def test_the_built_page_refers_to_its_own_files_only(
    build: Build, language: str, *, is_signed_in: bool
) -> None:
    """Nothing inline, nothing from elsewhere, nothing that is not there."""
    text = build.shell(language, is_signed_in=is_signed_in).accepted("").content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert len(addresses) > 3
    assert [one for one in addresses if one.removeprefix("/app/") not in build.assets] == []
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script[^>]*>[^<]", text)
    who = "" if is_signed_in else " data-nobody"
    assert f'<html lang="{language}" dir="{"rtl" if language == "he" else "ltr"}"{who}>' in text


def test_the_built_texts_are_compressed(build: Build) -> None:
    """Every text that is worth it in all three forms, each smaller than the one after it; the rest as it is."""
    for name, asset in build.assets.items():
        sizes = [len(form.content) for form in asset.forms]
        if name.endswith((".js", ".css", ".html", ".svg", ".webmanifest")) and sizes[-1] > WORTH_IT:
            assert [form.coding for form in asset.forms] == ["br", "gzip", None], name
        assert sizes == sorted(sizes), name


def test_the_built_app_fits_into_memory(build: Build) -> None:
    assert sum(len(asset.forms[-1].content) for asset in build.assets.values()) <= MOST_BYTES


def test_no_built_script_makes_code_of_text(build: Build) -> None:
    """The page's policy would refuse it; no library brings it along."""
    scripts = {name: asset for name, asset in build.assets.items() if name.endswith(".js")}
    assert scripts
    for name, asset in scripts.items():
        assert not re.search(rb"\beval\(|new Function\(", asset.forms[-1].content), name
