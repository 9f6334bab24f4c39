"""Passwords and keys of a data dir, generated once and kept in `secrets.json`."""

import json
import os
import secrets
from base64 import b64encode
from pathlib import Path

from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.files import write_private

FILE_NAME = "secrets.json"
ERASURE_FILE_NAME = "erasure.key"


def _generators() -> dict[str, str]:
    keys = ("secret_key", "encryption_key", "audit_signing_key")
    passwords = (
        "postgres",
        "pazpaz_owner",
        "pazpaz_app",
        "pazpaz_system",
        "valkey",
        "s3_secret_key",
        "s3_sse_key",
        "s3_jwt_key",
        "mail_catcher_key",
    )
    fresh = {name: b64encode(os.urandom(32)).decode() for name in keys}
    fresh |= {name: secrets.token_hex(24) for name in passwords}
    fresh["s3_access_key"] = secrets.token_hex(10).upper()
    return fresh


def load_credentials(data_dir: Path) -> dict[str, str]:
    """Read the data dir's secrets, generating those that are not there yet; the caller holds the lock."""
    path = data_dir / FILE_NAME
    known: dict[str, str] = {}
    if path.exists():
        try:
            known = dict(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise EmbeddedError(
                f"{path} is damaged: put back a copy of it, or start with another --data-dir"
            ) from error
    complete = _generators() | known
    if complete != known:
        write_private(path, json.dumps(complete, indent=2) + "\n")
    return complete
