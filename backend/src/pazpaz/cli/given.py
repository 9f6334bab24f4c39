"""Which PAZPAZ_* variables `pazpaz up` takes from its own environment."""

from collections.abc import Mapping

from pazpaz.cli.errors import CliError

PREFIX = "PAZPAZ_"
# What `up` makes or chooses itself, and what only fits services that it does not run.
OWNED = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *(
            "EMBEDDED",
            "PUBLIC_URL",
            "DATABASE_URL",
            "DATABASE_SYSTEM_URL",
            "DATABASE_OWNER_URL",
            "ARQ_REDIS_URL",
        ),
        *("S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL", "S3_BUCKET_NAME", "S3_REGION", "S3_ACCESS_KEY"),
        *("S3_SECRET_KEY", "S3_ADDRESSING", "S3_ENCRYPTION", "S3_KMS_KEY_ID", "S3_CA_FILE"),
        *(
            "SMTP_HOST",
            "SMTP_PORT",
            "SMTP_TLS",
            "SMTP_USERNAME",
            "SMTP_PASSWORD",
            "MAIL_FROM",
            "MAIL_CATCHER_DIR",
            "MAIL_CATCHER_KEY",
        ),
        *("SECRET_KEY", "ENCRYPTION_KEY", "ENCRYPTION_OTHER_KEYS", "ENCRYPTION_KEY_FILE", "ERASURE_KEY_FILE"),
        "AUDIT_SIGNING_KEY",
    )
)
# No settings: options of `up`, of ./dev and of `sync-client`.
_OTHERS = frozenset({f"{PREFIX}DATA_DIR", f"{PREFIX}VENV", f"{PREFIX}TOKEN"})
_SYNC_CLIENT = f"{PREFIX}SYNC_"
_SETTINGS_OF_SYNC = frozenset({f"{PREFIX}SYNC_DAYS"})


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings for API and worker; CliError names those that are not the caller's to choose."""
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    if refused := sorted(given.keys() & OWNED):
        raise CliError(f"{', '.join(refused)}: `up` chooses this itself; unset it, or run your own services")
    return {
        name: value
        for name, value in given.items()
        if name not in _OTHERS and (not name.startswith(_SYNC_CLIENT) or name in _SETTINGS_OF_SYNC)
    }
