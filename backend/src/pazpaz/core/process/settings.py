"""Reading the settings: from the environment or a .env file; a wrong one stops the start with one line."""

import os
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource

from pazpaz.core.base.config import PREFIX, Settings, SettingsError
from pazpaz.core.base.spelling import misspelt
from pazpaz.core.crypto import key_settings
from pazpaz.core.crypto.erasure import ErasureFileError, refuse_shared


def refuse_misspelt(given: Iterable[str]) -> None:
    """SettingsError for a name that is nearly a setting's: it would be read by nobody."""
    known = [name.upper() for name in Settings.model_fields]
    if (line := misspelt(given, known, PREFIX)) is not None:
        raise SettingsError(line)


def load_settings(**overrides: Any) -> Settings:
    """Read and check all settings; SettingsError names the first that is wrong."""
    if not overrides:
        refuse_misspelt({*os.environ, *DotEnvSettingsSource(Settings).env_vars})
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        text = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise SettingsError(text) from None
        raise _wrong(str(first["loc"][0]), "is missing" if first["type"] == "missing" else text) from None
    _refuse_unusable_files(settings)
    return settings


def _refuse_unusable_files(settings: Settings) -> None:
    for name, read in key_settings.FILES.items():
        if (path := getattr(settings, name)) is not None:
            try:
                refuse_shared(path)
                read(path)
            except ErasureFileError as error:
                raise _wrong(name, str(error)) from None


def _wrong(name: str, why: str) -> SettingsError:
    about = Settings.model_fields[name].description
    return SettingsError(f"{PREFIX}{name.upper()}: {why}{f' ({about})' if about else ''}")
