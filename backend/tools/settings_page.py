"""docs/settings.md, from the settings themselves; `./dev format` writes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from pazpaz.core.base.config import PREFIX, Settings
from pazpaz.features import FEATURES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
_INTRODUCTION = """# Settings

Written by `./dev format` from the code: a setting's meaning is its `description` there.

From the environment or a `.env` file in the working directory. Those that are missing, a wrong one and a misspelt name
stop the start with one line. `up` chooses addresses, passwords and keys itself and refuses to be given them; the other
settings it passes on. Outside of `up`, default passwords, keys that are not random and addresses without `https` are
refused.

More about some: [keys and their providers](keys.md), [file stores](stores.md), [proxies in front](proxies.md).
"""
_BOUNCES = """
A delivery report (RFC 3464) is also taken by `POST /api/v1/webhooks/mail/bounces`, with
`PazPaz-Signature: t=<Unix time>,v1=<hex HMAC-SHA-256 of "<t>.<body>">` by `PAZPAZ_BOUNCE_WEBHOOK_SECRET`.
"""


def page() -> str:
    """Write the whole page."""
    groups: list[tuple[str, type[Settings], dict[str, FieldInfo]]] = [("Everything", Settings, {})]
    groups += [
        (feature.name.capitalize(), feature.settings, Settings.model_fields)
        for feature in FEATURES
        if feature.settings is not Settings
    ]
    return (
        _INTRODUCTION
        + "".join(
            "\n".join(["", f"## {title}", "", *_table(kind, set(others))]) + "\n"
            for title, kind, others in groups
        )
        + _BOUNCES
    )


def _table(kind: type[Settings], others: set[str]) -> Iterator[str]:
    yield "| setting | default | meaning |"
    yield "|---|---|---|"
    for name, field in kind.model_fields.items():
        if name not in others:
            yield f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.default
    if value is None or value in ("", ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
