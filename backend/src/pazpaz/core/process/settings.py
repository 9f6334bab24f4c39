"""Reading the settings: from the environment or a .env file; a wrong one stops the start with one line."""

import os
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource

from pazpaz.core.base.config import PREFIX, Settings, SettingsError
from pazpaz.core.base.spelling import misspelt
from pazpaz.core.crypto import key_settings
from pazpaz.core.crypto.erasure import ErasureFileError, refuse_shared

S = TypeVar("S", bound=Settings)


def refuse_misspelt(given: Iterable[str], *kinds: type[Settings]) -> None:
    """SettingsError for a name that is nearly a setting's: it would be read by nobody."""
    known = [name.upper() for kind in kinds for name in kind.model_fields]
    if (line := misspelt(given, known, PREFIX)) is not None:
        raise SettingsError(line)


def load(kind: type[S], **overrides: Any) -> S:
    """Read and check settings of this kind; SettingsError names all that are missing, or the first that is wrong."""
    if not overrides:
        refuse_misspelt({*os.environ, *DotEnvSettingsSource(kind).env_vars}, kind)
    try:
        settings = kind(**overrides)
    except ValidationError as error:
        raise _wrong(kind, error) from None
    _refuse_unusable_files(settings)
    return settings


def _refuse_unusable_files(settings: Settings) -> None:
    for name, read in key_settings.FILES.items():
        if (path := getattr(settings, name)) is not None:
            try:
                refuse_shared(path)
                read(path)
            except ErasureFileError as error:
                raise _of(type(settings), name, str(error)) from None


def _wrong(kind: type[Settings], error: ValidationError) -> SettingsError:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    missing = [str(item["loc"][0]) for item in found if item["type"] == "missing"]
    if len(missing) > 1:
        return SettingsError(f"{', '.join(PREFIX + name.upper() for name in missing)}: are missing")
    if missing:
        return _of(kind, missing[0], "is missing")
    text = found[0]["msg"].removeprefix("Value error, ")
    return _of(kind, str(found[0]["loc"][0]), text) if found[0]["loc"] else SettingsError(text)


def _of(kind: type[Settings], name: str, why: str) -> SettingsError:
    about = kind.model_fields[name].description
    return SettingsError(f"{PREFIX}{name.upper()}: {why}{f' ({about})' if about else ''}")
