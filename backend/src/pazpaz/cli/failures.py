"""What an error that was foreseen tells people, in one line."""

import asyncpg
from alembic.util.exc import CommandError
from redis.exceptions import RedisError

from pazpaz.core.base.config import SettingsError
from pazpaz.core.base.errors import Problem
from pazpaz.core.crypto.key_providers import KeyUnopenedError
from pazpaz.core.db.engine import DatabaseError
from pazpaz.syncclient.errors import SyncClientError


def said(error: BaseException | None) -> str | None:
    """None when it was not foreseen."""
    match error:
        case SettingsError() | SyncClientError() | CommandError():
            return str(error)
        case Problem():
            return error.detail
        case KeyUnopenedError():
            return f"a data key cannot be had: {error.cause} (pazpaz doctor, docs/keys.md)"
        case DatabaseError():
            refused = " ".join(str(a) for a in error.args)
            return f"the database refused: {refused} (is it migrated? pazpaz db upgrade)"
        case asyncpg.PostgresError() | asyncpg.InterfaceError() | RedisError() | OSError():
            return f"a service does not answer: {type(error).__name__} {error} (pazpaz doctor)"
    return None
