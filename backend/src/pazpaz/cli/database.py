"""Migrations, run as the owner of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import pazpaz

_PACKAGE = Path(pazpaz.__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1] / "migrations"
_SOURCE = _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGE / "migrations"  # a wheel holds them inside


def _config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SOURCE).replace("%", "%%"))
    config.set_main_option("prepend_sys_path", str(_SOURCE.parent).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["url"] = owner_url
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    config = _config(owner_url)
    config.attributes["mends"] = True  # what an upgrade that was killed left
    command.upgrade(config, revision)


def check(owner_url: str) -> None:
    """Raise alembic's CommandError when the tables and the code differ."""
    command.check(_config(owner_url))
