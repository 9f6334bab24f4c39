"""Settings: a wrong one stops the start with one line that says which and why."""

import base64
import os
from pathlib import Path
from uuid import UUID

import pytest

from pazpaz.core.base.config import SettingsError
from pazpaz.core.crypto.erasure import ErasureFile
from pazpaz.features import load_settings
from pazpaz.reminders.links import return_path
from pazpaz.reminders.settings import ReminderSettings

OTHER_KEY = base64.b64encode(bytes(range(1, 65, 2))).decode()
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
    "PAZPAZ_ERASURE_KEY_FILE": "erasure.key",
    "PAZPAZ_AUDIT_SIGNING_KEY": RANDOM_KEY,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A complete production environment, and no .env file."""
    for name in [name for name in os.environ if name.startswith("PAZPAZ_")]:
        monkeypatch.delenv(name)
    erasure = tmp_path / PRODUCTION["PAZPAZ_ERASURE_KEY_FILE"]
    ErasureFile.create(erasure)
    for name, value in {**PRODUCTION, "PAZPAZ_ERASURE_KEY_FILE": str(erasure)}.items():
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


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PAZPAZ_ACESS_LOG", "ACCESS_LOG"),
        ("PAZPAZ_RATE_LIMIT_READ_PER_MINUTE", "RATE_LIMIT_READS_PER_MINUTE"),
    ],
)
@pytest.mark.parametrize("in_file", [True, False])
def test_a_misspelt_setting_is_named_with_the_one_it_may_mean(
    name: str, meant: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, in_file: bool
) -> None:
    """Nobody would read it: it is refused, in the environment and in the file, without its value."""
    if in_file:
        (tmp_path / ".env").write_text(f"{name}=canary\n")
        monkeypatch.chdir(tmp_path)
    else:
        monkeypatch.setenv(name, "canary")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value) == f"{name}: is no setting (is it PAZPAZ_{meant}?)"


def test_other_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is nobody's setting and like none of them may be for somebody else."""
    for name in (
        "PAZPAZ_SYNC_DAY",
        "PAZPAZ_WEB_OUT",
        "PAZPAZ_BACKUP_BUCKET_OF_THE_HOUSE",
        "PAZPAZE",
        "pazpaz_docs",
    ):
        monkeypatch.setenv(name, "false")
    load_settings()


@pytest.mark.parametrize("name", ["PAZPAZ_MAIL_FROM", "PAZPAZ_BOUNCE_ADDRESS"])
def test_a_return_path_fits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is added to the local part leaves it as long as servers take; a display name is no part of it."""
    monkeypatch.setenv(name, f"PazPaz <{'a' * 19}@example.org>")
    path = return_path(bytes(32), UUID(int=0), ReminderSettings.of(load_settings()).bounces_to)
    assert (len(path.rpartition("@")[0]), path[:20]) == (64, "a" * 19 + "+")
    monkeypatch.setenv(name, f"PazPaz <{'a' * 20}@example.org>")
    assert "PAZPAZ_BOUNCE_ADDRESS" in line_of(name)


def test_a_complete_environment_is_accepted() -> None:
    """The variables are read with the prefix PAZPAZ_."""
    assert load_settings().public_url == "https://pazpaz.example.org"


@pytest.mark.parametrize("name", PRODUCTION)
def test_a_missing_setting_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting without a default stops the start when it is missing."""
    monkeypatch.delenv(name)
    assert "is missing" in line_of(name)


def test_all_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no default, also a slice's and the provider's key, and nothing else."""
    for name in PRODUCTION:
        monkeypatch.delenv(name)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    names, _, why = str(caught.value).partition(": ")
    assert set(names.split(", ")) == set(PRODUCTION)
    assert why == "are missing"


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


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"KEY_PROVIDER": "aws-kms"}, "PAZPAZ_KMS_KEY_ID"),
        ({"KEY_PROVIDER": "vault"}, "PAZPAZ_VAULT_URL"),
        ({"KEY_PROVIDER": "paper"}, "PAZPAZ_KEY_PROVIDER"),
        ({"VAULT_URL": "https://vault.example.org"}, "PAZPAZ_VAULT_TOKEN"),
        ({"VAULT_URL": "http://vault.example.org", "VAULT_TOKEN": "hvs.1"}, "PAZPAZ_VAULT_URL"),
        ({"KMS_ENDPOINT_URL": "http://kms.example.org"}, "PAZPAZ_KMS_ENDPOINT_URL"),
        ({"ENCRYPTION_KEY_FILE": "keys"}, "PAZPAZ_ENCRYPTION_KEY_FILE"),  # beside PAZPAZ_ENCRYPTION_KEY
        ({"ENCRYPTION_OTHER_KEYS": f"{OTHER_KEY},AAAA"}, "PAZPAZ_ENCRYPTION_OTHER_KEYS"),
        ({"ENCRYPTION_OTHER_KEYS": "A" * 43 + "="}, "PAZPAZ_ENCRYPTION_OTHER_KEYS"),
        ({"ERASURE_KEY_FILE": "nowhere"}, "PAZPAZ_ERASURE_KEY_FILE"),
        ({"ERASURE_KEY_FILE": "keys"}, "PAZPAZ_ERASURE_KEY_FILE"),
    ],
    ids=str,
)
def test_keys_that_are_not_whole_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: dict[str, str], name: str
) -> None:
    """A provider without its key, without TLS or without a token; a key twice; a file that is none."""
    (tmp_path / "keys").write_text(RANDOM_KEY)
    (tmp_path / "keys").chmod(0o600)
    for key, value in settings.items():
        monkeypatch.setenv(f"PAZPAZ_{key}", value)
    line_of(name)


@pytest.mark.parametrize("name", ["PAZPAZ_ENCRYPTION_KEY_FILE", "PAZPAZ_ERASURE_KEY_FILE"])
def test_a_key_file_for_others_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """Readable by group or world, it stops the start; the line says how it is mended."""
    monkeypatch.delenv("PAZPAZ_ENCRYPTION_KEY")
    (tmp_path / "keys").write_text(RANDOM_KEY)
    (tmp_path / "keys").chmod(0o600)
    monkeypatch.setenv("PAZPAZ_ENCRYPTION_KEY_FILE", str(tmp_path / "keys"))
    assert load_settings().encryption_key is None
    Path(os.environ[name]).chmod(0o640)
    assert "chmod 600" in line_of(name)


def test_several_keys_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas stand between those that only unwrap."""
    monkeypatch.setenv("PAZPAZ_ENCRYPTION_OTHER_KEYS", f"{OTHER_KEY}, {RANDOM_KEY}")
    found = [key.get_secret_value() for key in load_settings().encryption_other_keys]
    assert found == [base64.b64decode(OTHER_KEY), base64.b64decode(RANDOM_KEY)]
