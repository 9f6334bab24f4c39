"""Settings: a wrong one stops the start with one line that says which and why."""

import base64
import os
from pathlib import Path

import pytest

from pazpaz.core.config import SettingsError, load_settings

RANDOM_KEY = base64.b64encode(bytes(range(0, 64, 2))).decode()
PRODUCTION = {
    "PAZPAZ_PUBLIC_URL": "https://pazpaz.example.org",
    "PAZPAZ_DATABASE_URL": "postgresql://pazpaz_app:kJ82hs7Qa@db/pazpaz",
    "PAZPAZ_DATABASE_SYSTEM_URL": "postgresql://pazpaz_system:9aHs62kQz@db/pazpaz",
    "PAZPAZ_ARQ_REDIS_URL": "rediss://:Zk28dhQ17s@queue:6379/0",
    "PAZPAZ_S3_ENDPOINT_URL": "https://s3.example.org",
    "PAZPAZ_S3_ACCESS_KEY": "AKQ82JS7QK",
    "PAZPAZ_S3_SECRET_KEY": "sJ28sk2ksQ0aj2",
    "PAZPAZ_SMTP_HOST": "smtp.example.org",
    "PAZPAZ_MAIL_FROM": "PazPaz <no-reply@example.org>",
    "PAZPAZ_SECRET_KEY": RANDOM_KEY,
    "PAZPAZ_ENCRYPTION_KEY": RANDOM_KEY,
    "PAZPAZ_AUDIT_SIGNING_KEY": RANDOM_KEY,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A complete production environment, and no .env file."""
    for name in [name for name in os.environ if name.startswith("PAZPAZ_")]:
        monkeypatch.delenv(name)
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def line_of(name: str) -> str:
    """The error of loading, which is one line that begins with the variable's name."""
    with pytest.raises(SettingsError) as caught:
        load_settings()
    text = str(caught.value)
    assert text.startswith(f"{name}: ")
    assert len(text.splitlines()) == 1
    return text


def test_a_complete_environment_is_accepted() -> None:
    """The variables are read with the prefix PAZPAZ_."""
    assert load_settings().public_url == "https://pazpaz.example.org"


@pytest.mark.parametrize("name", PRODUCTION)
def test_a_missing_setting_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting without a default stops the start when it is missing."""
    monkeypatch.delenv(name)
    assert "is missing" in line_of(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAZPAZ_PUBLIC_URL", "pazpaz.canary-9c1.org"),
        ("PAZPAZ_PUBLIC_URL", "ftp://canary-9c1"),
        ("PAZPAZ_PUBLIC_URL", "https://"),
        ("PAZPAZ_PUBLIC_URL", "https://[canary-9c1"),
        ("PAZPAZ_PROBLEM_BASE_URL", "canary-9c1"),
        ("PAZPAZ_DATABASE_URL", "mysql://u:canary-9c1@db/pazpaz"),
        ("PAZPAZ_DATABASE_SYSTEM_URL", "canary-9c1"),
        ("PAZPAZ_DATABASE_OWNER_URL", "canary-9c1"),
        ("PAZPAZ_DATABASE_POOL_SIZE", "0"),
        ("PAZPAZ_DATABASE_POOL_SIZE", "canary-9c1"),
        ("PAZPAZ_ARQ_REDIS_URL", "http://canary-9c1"),
        ("PAZPAZ_S3_ENDPOINT_URL", "s3://canary-9c1"),
        ("PAZPAZ_SMTP_PORT", "70000"),
        ("PAZPAZ_SMTP_TLS", "canary-9c1"),
        ("PAZPAZ_MAIL_FROM", "canary-9c1"),
        ("PAZPAZ_SECRET_KEY", "canary-9c1"),
        ("PAZPAZ_SECRET_KEY", "קנרית-canary-9c1"),
        ("PAZPAZ_SECRET_KEY", base64.b64encode(bytes(31)).decode()),
        ("PAZPAZ_ENCRYPTION_KEY", base64.b64encode(bytes(33)).decode()),
        ("PAZPAZ_AUDIT_SIGNING_KEY", "canary-9c1"),
        ("PAZPAZ_AUDIT_PUBLIC_KEYS", f"{RANDOM_KEY},canary-9c1"),
        ("PAZPAZ_ACCESS_LOG", "canary-9c1"),
    ],
)
def test_a_malformed_setting_is_named_but_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting of the wrong form stops the start, and its value, which may be secret, is not printed."""
    monkeypatch.setenv(name, value)
    assert "canary-9c1" not in line_of(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAZPAZ_SECRET_KEY", base64.b64encode(bytes(32)).decode()),
        ("PAZPAZ_ENCRYPTION_KEY", base64.b64encode(b"changeme" * 4).decode()),
        ("PAZPAZ_AUDIT_SIGNING_KEY", base64.b64encode(bytes(32)).decode()),
        ("PAZPAZ_DATABASE_URL", "postgresql://pazpaz_app:postgres@db/pazpaz"),
        ("PAZPAZ_DATABASE_SYSTEM_URL", "postgresql://pazpaz_system:password@db/pazpaz"),
        ("PAZPAZ_ARQ_REDIS_URL", "redis://:changeme@queue:6379/0"),
        ("PAZPAZ_S3_ACCESS_KEY", "minioadmin"),
        ("PAZPAZ_S3_SECRET_KEY", "minioadmin"),
        ("PAZPAZ_PUBLIC_URL", "http://pazpaz.example.org"),
    ],
)
def test_defaults_are_refused_outside_the_embedded_mode(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Default credentials, keys that are not random and plain HTTP stop the start."""
    monkeypatch.setenv(name, value)
    line_of(name)


def test_the_embedded_mode_takes_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one machine, loopback only, an http:// address is accepted."""
    monkeypatch.setenv("PAZPAZ_EMBEDDED", "true")
    monkeypatch.setenv("PAZPAZ_PUBLIC_URL", "http://127.0.0.1:8000")
    assert load_settings().embedded


def test_no_secret_shows_in_the_settings_text() -> None:
    """Printing the settings prints no password and no key."""
    shown = repr(load_settings())
    secrets = ("kJ82hs7Qa", "9aHs62kQz", "Zk28dhQ17s", "AKQ82JS7QK", "sJ28sk2ksQ0aj2", RANDOM_KEY)
    assert [secret for secret in secrets if secret in shown] == []


def test_an_env_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `.env` in the working directory supplies what the environment does not."""
    monkeypatch.delenv("PAZPAZ_SMTP_HOST")
    (tmp_path / ".env").write_text("PAZPAZ_SMTP_HOST=from-file.example.org\n")
    assert load_settings().smtp_host == "from-file.example.org"


@pytest.mark.parametrize(
    ("embedded", "docs", "served"), [("true", None, True), ("false", None, False), ("false", "true", True)]
)
def test_docs_are_served_when_embedded_or_asked_for(
    embedded: str, docs: str | None, served: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API description is public only in the embedded mode, unless a setting says otherwise."""
    monkeypatch.setenv("PAZPAZ_EMBEDDED", embedded)
    if docs is not None:
        monkeypatch.setenv("PAZPAZ_DOCS", docs)
    assert load_settings().serves_docs is served
