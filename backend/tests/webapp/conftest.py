"""A small built app, and the application that serves it."""

import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.webapp import pages
from pazpaz.webapp.assets import Build
from tests.support.practice import browser

SCRIPT = b"export const app = 'PazPaz, PazPaz, PazPaz, PazPaz, PazPaz, PazPaz';\n"
FILES = {
    "index.he.html": b'<!doctype html><html lang="he" dir="rtl"></html>',
    "index.en.html": b'<!doctype html><html lang="en" dir="ltr"></html>',
    "index.he.nobody.html": b'<!doctype html><html lang="he" dir="rtl" data-nobody></html>',
    "index.en.nobody.html": b'<!doctype html><html lang="en" dir="ltr" data-nobody></html>',
    "sw.js": b"const BUILT={};",
    "icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "manifest.he.webmanifest": b"{}",
    "assets/App-1a2b.js": SCRIPT,
    "assets/App-1a2b.js.br": b"(the same as brotli)",
    "assets/App-1a2b.js.gz": gzip.compress(SCRIPT, mtime=0),
    "assets/App-1a2b.css": b"body { color: black; }",
    "assets/font.woff2": b"wOF2",
    ".built": b"1 2",
    ".vite/manifest.json": b"{}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a build leaves."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
async def http(app: FastAPI, folder: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    """Nobody in particular, at the door of an installation with that app."""
    monkeypatch.setattr(pages, "_read", [Build.read(folder)])
    return browser(app)
