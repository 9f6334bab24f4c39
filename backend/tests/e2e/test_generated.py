"""The description is fit for generators: openapi-python-client's client is type-checked, and does the main job."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from tests.guards.test_openapi import COMMITTED
from tests.support.practice import Practice
from tests.support.served import served

PROGRAM = Path(__file__).with_name("program.py")
PACKAGE = "pazpaz_client"
FILES = ("application/pdf", "application/zip")  # what it takes for files, it must be told
SECONDS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the generated package and the program stand; whatever is dropped on the way fails."""
    folder = tmp_path_factory.mktemp("generated")
    config = Config.from_sources(
        ConfigFile(
            content_type_overrides=dict.fromkeys(FILES, "application/octet-stream"),
            package_name_override=PACKAGE,
            post_hooks=[],
        ),
        MetaType.NONE,
        document_source=COMMITTED,
        file_encoding="utf-8",
        overwrite=False,
        output_path=folder / PACKAGE,
    )
    assert [f"{found.header} {found.detail}" for found in generate(config=config)] == []
    (folder / PROGRAM.name).write_bytes(PROGRAM.read_bytes())
    return folder


def test_the_generated_client_and_its_program_are_typed(folder: Path) -> None:
    """Mypy's strict mode finds nothing, in the whole package."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "-p", PACKAGE, "-m", PROGRAM.stem]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


async def test_the_program_does_the_main_job(
    folder: Path, practice: Practice, database: str, tmp_path: Path
) -> None:
    """A client, an appointment, a note, finalized and listed; the second note's refusal names the first."""
    with served(database, tmp_path / "api.log") as address:
        command = [sys.executable, PROGRAM.name, address, practice.token]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")
