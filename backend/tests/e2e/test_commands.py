"""The table of commands, which stands for code that is not loaded yet."""

import subprocess
import sys

import pytest

from pazpaz.cli.app import COMMANDS, loaded
from pazpaz.cli.errors import CliError
from pazpaz.cli.given import OWNED, passed_on
from pazpaz.core.base.config import PREFIX
from pazpaz.features import SETTINGS

HEAVY = (
    "alembic",
    "asyncio",
    "asyncpg",
    "boto3",
    "cryptography",
    "fastapi",
    "redis",
    "sqlalchemy",
    "uvicorn",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_line_is_its_own(name: str) -> None:
    """What `pazpaz --help` says of a command is how its own help begins."""
    assert COMMANDS[name][2] == (loaded(name).help or "").splitlines()[0]


@pytest.mark.parametrize("words", ["--version", "--help"])
def test_the_application_is_not_loaded_to_say_a_line(words: str) -> None:
    """The version, the help import nothing that is slow or large."""
    program = (
        "import sys\nfrom pazpaz.cli.app import main\ntry:\n    main()\n"
        f"except SystemExit:\n    print('loaded', *[name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words.split()], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded"


def test_a_command_on_data_knows_every_table() -> None:
    """A rotation that did not know a table would leave its rows under a key that is taken away."""
    program = (
        "from pazpaz.core.db.tenancy import METADATA\nimport pazpaz.cli.keys\nknown = set(METADATA.tables)\n"
        "import pazpaz.main\nassert known and known == set(METADATA.tables), set(METADATA.tables) - known"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_up_passes_settings_on() -> None:
    """Those that it does not choose, and nothing else of the environment."""
    given = {"PAZPAZ_DOCS": "false", "PAZPAZ_SYNC_DAYS": "3", "HOME": "/"}
    others = {"PAZPAZ_DATA_DIR": "x", "PAZPAZ_VENV": "x", "PAZPAZ_TOKEN": "x", "PAZPAZ_SYNC_STORE": "x"}
    assert passed_on(given | others) == {"PAZPAZ_DOCS": "false", "PAZPAZ_SYNC_DAYS": "3"}


def test_up_refuses_what_it_chooses() -> None:
    """All of them in one line, without their values."""
    with pytest.raises(CliError) as refused:
        passed_on({"PAZPAZ_SECRET_KEY": "canary", "PAZPAZ_DATABASE_URL": "canary", "PAZPAZ_DOCS": "true"})
    assert str(refused.value).startswith("PAZPAZ_DATABASE_URL, PAZPAZ_SECRET_KEY: ")
    assert "canary" not in str(refused.value)


def test_what_up_chooses_are_settings() -> None:
    """No name on the list is misspelt."""
    assert {name.removeprefix(PREFIX).lower() for name in OWNED} <= set(SETTINGS.model_fields)
