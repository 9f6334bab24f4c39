"""Everything PazPaz wants to be told, and what it must look like."""

import base64
import binascii
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    DirectoryPath,
    Field,
    FilePath,
    ModelWrapValidatorHandler,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "PAZPAZ_"
KEY_BYTES = 32
_DISTINCT_BYTES = 12
# What each key provider must be told.
_WRAPS = {
    "local": ("encryption_key", "encryption_key_file"),
    "aws-kms": ("kms_key_id",),
    "vault": ("vault_url",),
}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_COMMON_SECRETS = frozenset(
    {"", "postgres", "password", "pazpaz", "minioadmin", "secret", "changeme", "admin", "root", "test"}
)


class SettingsError(Exception):
    """A setting is missing or wrong; the text is one line for the operator."""


def key_of(value: object) -> object:
    """32 random bytes, given as base64."""
    if not isinstance(value, str):
        return value
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("must be 32 random bytes in base64 (openssl rand -base64 32)")
    return key


def _split(value: object) -> object:
    """Several values with commas between them."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _scheme(*schemes: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, str) or not _has(value, schemes):
            raise ValueError(f"must be an address starting with {' or '.join(s + '://' for s in schemes)}")
        return value

    return BeforeValidator(check)


def _has(address: str, schemes: tuple[str, ...]) -> bool:
    """Whether it is an address of such a scheme that names a place."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname if parts.scheme != "unix" else parts.path)


def mailbox(value: str) -> str:
    """Return a sender such as PazPaz <no-reply@example.org>."""
    local, _, domain = parseaddr(value)[1].rpartition("@")
    if not local or not domain:
        raise ValueError("must be an e-mail address, such as PazPaz <no-reply@example.org>")
    return value


def _bucket_name(value: str) -> str:
    """Return what every S3 store takes for a bucket's name."""
    if _BUCKET.fullmatch(value) is None:
        raise ValueError("must be 3 to 63 lower-case letters, digits, dots and hyphens")
    return value


Key = Annotated[SecretBytes, BeforeValidator(key_of)]
PostgresUrl = Annotated[SecretStr, _scheme("postgresql", "postgres")]
RedisUrl = Annotated[SecretStr, _scheme("redis", "rediss", "unix")]
ClamdUrl = Annotated[str, _scheme("tcp", "unix")]
HttpUrl = Annotated[str, _scheme("http", "https")]


class Settings(BaseSettings):
    """What the core wants to be told. A slice's own are a subclass; `features.SETTINGS` has them all."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    embedded: bool = Field(default=False, description="One machine, loopback only; set by `pazpaz up`.")
    public_url: HttpUrl = Field(
        description="Where people reach PazPaz, `https`; links in mails begin with it."
    )
    problem_base_url: HttpUrl = Field(
        default="https://pazpaz.com/errors", description="The `type` of problem documents begins with it."
    )
    database_url: PostgresUrl = Field(description="PostgreSQL as the application's role, pazpaz_app.")
    database_system_url: PostgresUrl = Field(
        description="PostgreSQL as the role of sign-in and schedulers, pazpaz_system."
    )
    database_owner_url: PostgresUrl | None = Field(
        default=None,
        description="PostgreSQL as the owner of the tables, pazpaz_owner; only `pazpaz db` needs it.",
    )
    database_pool_size: int = Field(
        default=6, ge=1, le=100, description="Connections of one process as pazpaz_app."
    )
    arq_redis_url: RedisUrl = Field(description="Valkey or Redis for jobs.")
    s3_endpoint_url: HttpUrl = Field(description="Where PazPaz reaches the file store.")
    s3_public_endpoint_url: HttpUrl | None = Field(
        default=None, description="Where browsers reach the file store, if that is another address."
    )
    s3_bucket_name: Annotated[str, AfterValidator(_bucket_name)] = Field(
        default="pazpaz", description="Made at the start, if it is not there."
    )
    s3_region: str = Field(default="us-east-1", description="The store's region.")
    s3_access_key: SecretStr = Field(description="The store's credentials.")
    s3_secret_key: SecretStr = Field(description="Likewise.")
    s3_addressing: Literal["path", "virtual"] = Field(
        default="path", description="Whether the bucket is named in the path or in the host name."
    )
    s3_encryption: Literal["AES256", "aws:kms", "volume"] = Field(
        default="AES256",
        description="What the store is asked to encrypt each file with; volume: its disks are encrypted instead.",
    )
    s3_kms_key_id: str | None = Field(default=None, description="The key of aws:kms.")
    s3_ca_file: FilePath | None = Field(
        default=None, description="Certificates to trust instead of the system's."
    )
    max_file_size: int = Field(
        default=10_485_760, ge=1_024, le=104_857_600, description="Of one attachment, in bytes."
    )
    clamd_url: ClamdUrl | None = Field(
        default=None,
        description="ClamAV's daemon, which every uploaded file is shown to; without an answer nothing is stored.",
    )
    spool_dir: DirectoryPath | None = Field(
        default=None,
        description="Where uploads wait to be checked; the system's temporary folder by default.",
    )
    smtp_host: str = Field(description="The mail server.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_tls: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="`tls` from the first byte, `starttls` or `none`."
    )
    smtp_username: SecretStr | None = Field(default=None, description="The mail server's credentials.")
    smtp_password: SecretStr | None = Field(default=None, description="Likewise.")
    mail_from: Annotated[str, AfterValidator(mailbox)] = Field(
        description="The sender of every mail, such as PazPaz <no-reply@example.org>."
    )
    secret_key: Key = Field(description="Signs links; 32 random bytes in base64: `openssl rand -base64 32`.")
    key_provider: Literal["local", "aws-kms", "vault"] = Field(
        default="local", description="What wraps data keys; every other one that is configured still unwraps."
    )
    encryption_key: Key | None = Field(
        default=None,
        description="Wraps the workspaces' data keys; 32 random bytes in base64. Without it no note can be read.",
    )
    encryption_other_keys: Annotated[tuple[Key, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), description="Further keys that unwrap, with commas between them."
    )
    encryption_key_file: FilePath | None = Field(
        default=None, description="Instead of both: a private file, a key a line; the first wraps."
    )
    erasure_key_file: FilePath = Field(
        description="Seals data keys so that a workspace can be destroyed; `pazpaz keys init` makes it."
    )
    kms_key_id: str | None = Field(default=None, description="Of aws-kms: the id, ARN or alias of a key.")
    kms_other_key_ids: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), description="KMS keys that still unwrap, with commas between them."
    )
    kms_region: str | None = Field(
        default=None, description="Of KMS; by default what Amazon's own settings say."
    )
    kms_endpoint_url: HttpUrl | None = Field(
        default=None, description="Of KMS, if it is not Amazon's address for the region."
    )
    vault_url: HttpUrl | None = Field(default=None, description="Of vault.")
    vault_mount: str = Field(default="transit", description="Where its transit engine is.")
    vault_key_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")] = Field(
        default="pazpaz", description="Its key."
    )
    vault_namespace: str | None = Field(default=None, description="Of Vault Enterprise.")
    vault_token: SecretStr | None = Field(default=None, description="Of vault.")
    vault_token_file: FilePath | None = Field(
        default=None, description="A private file with the token, read for each call."
    )
    vault_ca_file: FilePath | None = Field(
        default=None, description="Certificates to trust instead of the system's."
    )
    smtp_step_seconds: float = Field(default=30.0, gt=0, description="For each step up to the end of DATA.")
    smtp_answer_seconds: float = Field(
        default=600.0, gt=0, description="For the answer to a message; RFC 5321 asks for ten minutes."
    )
    mail_catcher_dir: Path | None = Field(
        default=None, description="Where `up` keeps the mails it catches; set by `pazpaz up`."
    )
    mail_catcher_key: SecretStr | None = Field(
        default=None, description="Part of the address of its page; set by `pazpaz up`."
    )
    data_dir: Path | None = Field(
        default=None,
        description="The data dir that commands look at; `.pazpaz` in the working directory by default.",
    )
    rate_limit_writes_per_minute: int = Field(default=100, ge=1, description="Per workspace.")
    rate_limit_reads_per_minute: int = Field(default=1_000, ge=1, description="Per workspace.")
    rate_limit_public_per_minute: int = Field(default=60, ge=1, description="Per network address.")
    rate_limit_own_per_minute: int = Field(
        default=30, ge=1, description="Per credential: proving, signing out, revoking, disabling, resetting."
    )
    step_up_minutes: int = Field(
        default=10, ge=1, le=60, description="How long a proof of who somebody is counts as fresh."
    )
    allowed_hosts: str = Field(
        default="", description="Host names beside the public URL's and loopback, with commas."
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Reverse proxies in front; only that many entries of X-Forwarded-For are believed.",
    )
    access_log: bool = Field(default=True, description="One log line per request.")
    docs: bool | None = Field(
        default=None, description="Serve `/docs` and `/openapi.json`; by default in `up` only."
    )
    worker_metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Where the worker serves its metrics, on loopback."
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="A bearer token that opens `/metrics` beyond loopback."
    )

    @classmethod
    def of(cls, settings: "Settings") -> Self:
        """Return a slice's view of the process's settings."""
        if not isinstance(settings, cls):
            raise TypeError(
                f"name settings={cls.__name__} in the slice's feature.py, and read them by features.load_settings"
            )
        return settings

    @model_validator(mode="wrap")
    @classmethod
    def _name_all_that_is_missing(cls, given: dict[str, Any], check: ModelWrapValidatorHandler[Self]) -> Self:
        """Also the key of the provider that wraps, which has no default when it is the one."""
        missing: list[str] = []
        made: Self | None = None
        try:
            made = check(given)
        except ValidationError as error:
            missing = [str(item["loc"][0]) for item in error.errors() if item["type"] == "missing"]
            if not missing:
                raise
        wraps = _WRAPS.get(given.get("key_provider", "local"))
        missing += [wraps[0]] if wraps and not given.keys() & set(wraps) else []
        if made is None or missing:
            details = [InitErrorDetails(type="missing", loc=(name,), input=None) for name in missing]
            raise ValidationError.from_exception_data(cls.__name__, details)
        return made

    @model_validator(mode="after")
    def _refuse_half_providers(self) -> "Settings":
        """Refuse a key in two places."""
        if self.encryption_key_file is not None and (self.encryption_key or self.encryption_other_keys):
            raise ValueError(
                f"{PREFIX}ENCRYPTION_KEY_FILE: set either the file or PAZPAZ_ENCRYPTION_KEY, not both"
            )
        if self.vault_url is not None and (self.vault_token is None) == (self.vault_token_file is None):
            raise ValueError(f"{PREFIX}VAULT_TOKEN: set either it or PAZPAZ_VAULT_TOKEN_FILE")
        return self

    @model_validator(mode="after")
    def _refuse_defaults(self) -> "Settings":
        if self.embedded:
            return self
        for name in type(self).model_fields:
            value = getattr(self, name)
            keys = [
                key
                for key in (value if isinstance(value, tuple) else (value,))
                if isinstance(key, SecretBytes)
            ]
            if any(len(set(key.get_secret_value())) < _DISTINCT_BYTES for key in keys):
                raise ValueError(
                    f"{PREFIX}{name.upper()}: is not random; make one with: openssl rand -base64 32"
                )
        for name in ("database_url", "database_system_url", "arq_redis_url"):
            if urlsplit(getattr(self, name).get_secret_value()).password in _COMMON_SECRETS:
                raise ValueError(f"{PREFIX}{name.upper()}: has a default password; choose a long random one")
        for name in ("s3_access_key", "s3_secret_key"):
            if getattr(self, name).get_secret_value() in _COMMON_SECRETS:
                raise ValueError(f"{PREFIX}{name.upper()}: is a default credential; choose a long random one")
        for name in ("public_url", "s3_public_endpoint_url", "kms_endpoint_url", "vault_url"):
            if urlsplit(getattr(self, name) or "https:").scheme != "https":
                raise ValueError(
                    f"{PREFIX}{name.upper()}: must start with https:// outside the embedded mode"
                )
        return self

    @property
    def serves_docs(self) -> bool:
        return self.embedded if self.docs is None else self.docs
