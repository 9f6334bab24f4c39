"""No source file does what opens a door: every rule on every file, and each rule on what it must find."""

import pytest

from tests.support.guards_source import RULES, Source, findings, sources

# A file that a rule names and that may: each with its reason.
MAY: dict[tuple[str, str], str] = {
    ("src/pazpaz/core/statements.py", "sql"): "writes the verbs' SQL from the names of tables and columns",
    ("src/pazpaz/core/audit.py", "sql"): "takes the SQL of an id and of a source, both from statements.py",
    ("src/pazpaz/core/tenancy.py", "sql"): "columns of a table, and what its own declaration sets them to",
    ("src/pazpaz/accounts/closing.py", "sql"): "runs what core/tenancy.py wrote",
    ("src/pazpaz/cli/doctor.py", "sql"): "names of the code's own tables",
    ("src/pazpaz/plans/models.py", "sql"): "names of a table's own columns",
    (
        "src/pazpaz/embedded/provision.py",
        "sql",
    ): "CREATE ROLE takes no parameters; passwords are ours, in hex",
    ("src/pazpaz/core/routing.py", "guessable"): "parts twins that waited for each other",
    ("src/pazpaz/seals/ledger.py", "sql"): "names of the log's own columns",
    ("src/pazpaz/core/resealing.py", "sql"): "names of the code's own tables and columns",
    (
        "src/pazpaz/factors/models.py",
        "hashes",
    ): "authenticator apps know HMAC-SHA-1, which needs no collisions",
    ("src/pazpaz/core/outbox.py", "sql"): "names of the outbox's own tables",
    ("src/pazpaz/core/delivery.py", "guessable"): "parts retries of one mail server",
    ("src/pazpaz/embedded/ports.py", "guessable"): "where to begin looking for a free port",
}

BITES: dict[str, tuple[str, str]] = {
    "f-string": ("sql", 'sql = f"SELECT * FROM clients WHERE id = \'{client_id}\'"'),
    "f-string of an attribute": ("sql", 'db.run(f"DELETE FROM users WHERE name = \'{body.name}\'")'),
    "percent": ("sql", '"SELECT * FROM clients WHERE id = %s" % client_id'),
    "plus": ("sql", 'query = "SELECT * FROM clients WHERE id = " + client_id'),
    "plus twice": ("sql", 'query = "UPDATE users SET name = \'" + name + "\' WHERE id = 1"'),
    "plus before": ("sql", 'query = prefix + " WHERE name = 1 "'),
    "format": ("sql", '"INSERT INTO users (name) VALUES (\'{}\')".format(name)'),
    "a table's name": ("sql", 'f"TRUNCATE {table} "'),
    "an order": ("sql", 'f"{query} ORDER BY {column} DESC"'),
    "many lines": ("sql", 'f"""\n  SELECT id\n  FROM users WHERE {condition}\n"""'),
    "a built-in": ("sql", 'f"SELECT {input()} FROM users WHERE true"'),
    "a method's answer": ("sql", 'f"SELECT * FROM users WHERE {request.query()}"'),
    "executed": ("sql", "connection.execute(command)"),
    "fetched": ("sql", "await connection.fetchval(build(name))"),
    "text": ("sql", "from sqlalchemy import text\ntext(condition)"),
    "literal column": ("sql", "import sqlalchemy as sa\nsa.literal_column(name)"),
    "a statement": ("sql", "from pazpaz.core.statements import Statement\nStatement.of(given)"),
    "pickle": ("deserialises", "import pickle"),
    "from pickle": ("deserialises", "from pickle import loads"),
    "marshal": ("deserialises", "import marshal as m"),
    "shelve": ("deserialises", "import shelve"),
    "yaml": ("deserialises", "import yaml\nyaml.load(text)"),
    "yaml by name": ("deserialises", "from yaml import unsafe_load\nunsafe_load(text)"),
    "shell": ("shell", "import subprocess\nsubprocess.run(line, shell=True)"),
    "shell as a variable": ("shell", "import subprocess\nsubprocess.Popen(line, shell=wanted)"),
    "system": ("shell", "import os\nos.system(line)"),
    "popen": ("shell", "from os import popen\npopen(line)"),
    "asyncio's shell": ("shell", "import asyncio\nasyncio.create_subprocess_shell(line)"),
    "eval": ("evaluates", "eval(text)"),
    "exec": ("evaluates", "exec(text)"),
    "compile": ("evaluates", "compile(text, 'x', 'exec')"),
    "import": ("evaluates", "__import__(name)"),
    "random": ("guessable", "import random"),
    "from random": ("guessable", "from random import choice"),
    "uuid1": ("guessable", "import uuid\nuuid.uuid1()"),
    "mktemp": ("races", "import tempfile\ntempfile.mktemp()"),
    "mktemp by name": ("races", "from tempfile import mktemp\nmktemp()"),
    "requests": ("waits", "import requests\nrequests.get(url)"),
    "urlopen": ("waits", "from urllib.request import urlopen\nurlopen(url)"),
    "no limit": ("waits", "import requests\nrequests.post(url, timeout=None)"),
    "httpx without limit": ("waits", "import httpx\nhttpx.AsyncClient(timeout=None)"),
    "socket": ("waits", "import socket\nsocket.create_connection(address)"),
    "smtp": ("waits", "import smtplib\nsmtplib.SMTP(host)"),
    "verify": ("trusts", "client(verify=False)"),
    "unverified context": ("trusts", "import ssl\nssl._create_unverified_context()"),
    "no certificate": ("trusts", "import ssl\ncontext.verify_mode = ssl.CERT_NONE"),
    "no host name": ("trusts", "context.check_hostname = False"),
    "mail without certificate": ("trusts", "SMTP(validate_certs=False)"),
    "md5": ("hashes", "import hashlib\nhashlib.md5(b'')"),
    "sha1 by name": ("hashes", "from hashlib import sha1\nsha1(b'')"),
    "a hash's name": ("hashes", "import hashlib\nhashlib.new('MD5')"),
    "hmac": ("hashes", "import hmac\nhmac.digest(key, text, 'sha1')"),
    "cryptography's": ("hashes", "from cryptography.hazmat.primitives import hashes\nhashes.SHA1()"),
    "a request's cookies": ("cookies", "request.cookies.get(name)"),
    "the library's cookies": ("cookies", "from http.cookies import SimpleCookie"),
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


def test_no_file_does_what_opens_a_door() -> None:
    """Beyond those with a reason, no file breaks a rule."""
    broken = [
        f"{path}:{found.line}: {found.rule}: {(RULES[found.rule].__doc__ or '').strip()}"
        for path, source in sources()
        for found in findings(source)
        if (path, found.rule) not in MAY
    ]
    assert broken == []


def test_no_exception_outlives_its_reason() -> None:
    """A file that may, and does not any more, is taken off the list."""
    used = {(path, found.rule) for path, source in sources() for found in findings(source)}
    assert set(MAY) - used == set()


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


@pytest.mark.parametrize(("rule", "text"), BITES.values(), ids=BITES)
def test_the_rule_bites(rule: str, text: str) -> None:
    """What each rule is for, it finds; and no other rule does."""
    assert {found.rule for found in findings(Source(text))} == {rule}


def test_every_rule_is_shown_to_bite() -> None:
    """A further rule needs a case."""
    assert {rule for rule, _ in BITES.values()} == set(RULES)


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_is_fine_is_let_be(text: str) -> None:
    """A rule that cries at what is right would be switched off."""
    assert findings(Source(text)) == []
