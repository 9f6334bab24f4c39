"""No source file does what opens a door: ruff knows most of it, here is what it has no rule for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.guards_source import BACKEND, Source, sources, statements

_HERE = "backend/tests/guards/test_source.py"
# A file that puts SQL together from what is not a constant by its name, and may: each with its reason.
MAY = {
    "src/pazpaz/core/db/statements.py": "writes the verbs' SQL from the names of tables and columns",
    "src/pazpaz/core/db/audit.py": "takes the SQL of an id and of a source, both from statements.py",
    "src/pazpaz/core/db/tenancy.py": "columns of a table, and what its own declaration sets them to",
    "src/pazpaz/accounts/closing.py": "runs what core/db/tenancy.py wrote",
    "src/pazpaz/cli/doctor.py": "names of the code's own tables",
    "src/pazpaz/plans/models.py": "names of a table's own columns",
    "src/pazpaz/checkpoints/ledger.py": "names of the log's own columns",
    "src/pazpaz/core/db/resealing.py": "names of the code's own tables and columns",
    "src/pazpaz/core/work/outbox.py": "names of the outbox's own tables",
    "src/pazpaz/embedded/provision.py": "CREATE ROLE takes no parameters; passwords are ours, in hex",
}
# What ruff has no rule for; with the dot before it, a method of the same name is fine.
WORDS = {
    r"\b(check_hostname\s*=|(verify|validate_certs|use_ssl)=)\s*False": "TLS that believes anybody",
    r"(?<![.\w])(compile|__import__)\(": "code from text",
    r"\.cookies\b(?!\s+import)": "cookies read by a library whose time is not linear (core's cookies.py)",
}

BITES = {
    "f-string": 'sql = f"SELECT * FROM clients WHERE id = \'{client_id}\'"',
    "f-string of an attribute": 'db.run(f"DELETE FROM users WHERE name = \'{body.name}\'")',
    "percent": '"SELECT * FROM clients WHERE id = %s" % client_id',
    "plus": 'query = "SELECT * FROM clients WHERE id = " + client_id',
    "plus twice": 'query = "UPDATE users SET name = \'" + name + "\' WHERE id = 1"',
    "plus before": 'query = prefix + " WHERE name = 1 "',
    "format": '"INSERT INTO users (name) VALUES (\'{}\')".format(name)',
    "a table's name": 'f"TRUNCATE {table} "',
    "an order": 'f"{query} ORDER BY {column} DESC"',
    "many lines": 'f"""\n  SELECT id\n  FROM users WHERE {condition}\n"""',
    "a built-in": 'f"SELECT {input()} FROM users WHERE true"',
    "a method's answer": 'f"SELECT * FROM users WHERE {request.query()}"',
    "executed": "connection.execute(command)",
    "fetched": "await connection.fetchval(build(name))",
    "text": "from sqlalchemy import text\ntext(condition)",
    "literal column": "import sqlalchemy as sa\nsa.literal_column(name)",
    "a statement": "from pazpaz.core.db.statements import Statement\nStatement.of(given)",
    "a system statement": "from pazpaz.core.db.statements import SystemStatement as S\nS.of(given)",
}  # fmt: skip

FINE = {
    "constants": 'ENTER = "x"\nsql = f"SELECT {ENTER} FROM users WHERE {statements.WITHIN}"',
    "a helper of constants": 'f"SELECT {_waiting(LIMIT)} FROM users WHERE true"',
    "parameters": "connection.fetch('SELECT * FROM users WHERE id = $1', user_id)",
    "a statement's text": "connection.fetch(statement.sql, *arguments)",
    "prose": 'f"{name} is missing from the settings where it must be"',
    "a time limit": "import socket\nsocket.create_connection(address, 1)",
    "secrets": "import secrets\nsecrets.token_urlsafe()",
    "sha256": "import hashlib\nhashlib.sha256(b'')",
    "a list": "import subprocess\nsubprocess.run(['x'], shell=False)",
    "a method called exec": "redis.eval(script)",
}
# What ruff must find, whoever takes a rule of its list.
FORBIDDEN = (
    "import pickle",
    "import marshal as m",
    "import shelve",
    "import yaml\nyaml.load(text)",
    "from yaml import unsafe_load\nunsafe_load(text)",
    "import subprocess\nsubprocess.run(line, shell=True)",
    "import subprocess\nsubprocess.Popen(line, shell=wanted)",
    "import os\nos.system(line)",
    "from os import popen\npopen(line)",
    "import asyncio\nasyncio.create_subprocess_shell(line)",
    "eval(text)",
    "exec(text)",
    "import uuid\nuuid.uuid1()",
    "import tempfile\ntempfile.mktemp()",
    "from tempfile import mktemp\nmktemp()",
    "import requests\nrequests.get(url)",
    "from urllib.request import urlopen\nurlopen(url)",
    "import requests\nrequests.post(url, timeout=None)",
    "import httpx\nhttpx.AsyncClient(timeout=None)",
    "import smtplib\nsmtplib.SMTP(host)",
    "import ssl\nssl._create_unverified_context()",
    "import ssl\ncontext.verify_mode = ssl.CERT_NONE",
    "import hashlib\nhashlib.md5(b'')",
    "from hashlib import sha1\nsha1(b'')",
    "import hashlib\nhashlib.new('MD5')",
    "from cryptography.hazmat.primitives import hashes\nhashes.SHA1()",
    "from http.cookies import SimpleCookie",
    "from random import choice\nchoice(names)",
)  # fmt: skip
SAID = (
    "request.cookies.get(name)",
    "compile(text, 'x', 'exec')",
    "__import__(name)",
    "SMTP(validate_certs=False)",
    "context.check_hostname = False",
    "client(verify=False)",
)


def test_no_statement_is_put_together_with_values() -> None:
    """Beyond those with a reason."""
    broken = [
        f"backend/{path}:{line}: SQL with anything in it but the code's own words; values are parameters;"
        f' or {_HERE}: MAY["{path}"] = "<why>"'
        for path, source in sources()
        if path not in MAY
        for line in statements(source)
    ]
    assert broken == []


def test_no_exception_outlives_its_reason() -> None:
    """A file that may, and does not any more, is taken off the list."""
    stale = set(MAY) - {path for path, source in sources() if statements(source)}
    assert [f'{_HERE}: MAY["{path}"]: take it out' for path in stale] == []


def test_no_file_says_a_word_that_opens_a_door() -> None:
    """On any line of the application."""
    broken = [
        f"backend/{path.relative_to(BACKEND)}: {found[0]}: {reason}"
        for path in sorted((BACKEND / "src").rglob("*.py"))
        for pattern, reason in WORDS.items()
        if (found := re.search(pattern, path.read_text(encoding="utf-8")))
    ]
    assert broken == []


def test_migrations_take_no_input() -> None:
    """They import what writes tables and nothing else, so that every name in their SQL is their own."""
    may = {"alembic", "collections", "datetime", "migrations", "sqlalchemy", "typing"}
    taken = {
        f"{path} imports {name}"
        for path, source in sources()
        if path.startswith("migrations/versions")
        for name, _ in source.imports()
        if name.partition(".")[0] not in may
    }
    assert taken == set()


@pytest.mark.parametrize("text", BITES.values(), ids=BITES)
def test_sql_with_values_is_found(text: str) -> None:
    """However it is put together."""
    assert statements(Source(text))


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_is_fine_is_let_be(text: str) -> None:
    """A rule that cries at what is right would be switched off."""
    assert statements(Source(text)) == []


@pytest.mark.parametrize("text", SAID)
def test_a_word_is_found(text: str) -> None:
    """Each of those that ruff has no rule for."""
    assert any(re.search(pattern, text) for pattern in WORDS)


def test_ruff_finds_the_rest(tmp_path: Path) -> None:
    """With the project's own settings, each in a file of its own."""
    for number, text in enumerate(FORBIDDEN):
        (tmp_path / f"at_{number}.py").write_text(f"{text}\n", encoding="utf-8")
    words = [
        "check",
        "--no-cache",
        "--select=S,TID251",
        "--config",
        str(BACKEND / "pyproject.toml"),
        "--output-format=concise",
    ]
    ruff = Path(sys.executable).with_name("ruff")
    found = subprocess.run([ruff, *words, str(tmp_path)], capture_output=True, text=True, check=False).stdout
    assert [text for number, text in enumerate(FORBIDDEN) if f"at_{number}.py:" not in found] == []
