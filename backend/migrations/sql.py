"""Runs SQL that stands in files of its own, a statement at a time."""

import re
from pathlib import Path

from alembic import op

# A statement ends with a semicolon that is in no function's body, no string and no comment.
_STATEMENT = re.compile(r"(?>\$\$.*?\$\$|'[^']*'|--[^\n]*|[^;])+?(?:;|\Z)", re.DOTALL)


def run(folder: str) -> None:
    """Execute every statement of the files of a folder beside this one, in the order of their names."""
    for path in sorted(Path(__file__).with_name(folder).glob("*.sql")):
        for statement in statements(path.read_text(encoding="utf-8")):
            op.execute(statement)


def statements(text: str) -> list[str]:
    """Return the statements of a file, each with the comments before it."""
    return [found.strip() for found in _STATEMENT.findall(text) if found.endswith(";")]
