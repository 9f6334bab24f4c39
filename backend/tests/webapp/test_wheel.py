"""The release carries the built app."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pazpaz.webapp.assets import built

BACKEND = Path(__file__).resolve().parents[2]


def test_the_wheel_holds_the_app_and_needs_no_node(tmp_path: Path) -> None:
    """Its files are those of the checkout, byte for byte."""
    build = built()
    if build is None:
        pytest.skip("the app is not built here: ./dev test builds it unless PAZPAZ_WEB=off")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=BACKEND,
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "unpacked")
    unpacked = tmp_path / "unpacked" / "pazpaz" / "webapp" / "assets"
    assert type(build).read(unpacked) == build
    assert not any("node_modules" in name for name in opened.namelist())
