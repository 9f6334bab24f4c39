"""The app's built files, in memory: each by its exact name, plain and compressed."""

import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

_COMPRESSED = {"br": ".br", "gzip": ".gz"}  # in the order of preference
_TYPES = {".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".js": "text/javascript"}
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")  # RFC 9110, 12.4.2
LANGUAGES = ("he", "en")
# Whoever brings no sign-in gets a page that asks for none, instead of one whose first question is refused.
SHELLS = {
    **{(language, True): f"index.{language}.html" for language in LANGUAGES},
    **{(language, False): f"index.{language}.nobody.html" for language in LANGUAGES},
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """One form of a file: its bytes, its Content-Encoding, and an entity tag of its own."""

    content: bytes
    coding: str | None
    etag: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A file in all its forms, the best first, the plain one last."""

    media_type: str
    forms: tuple[Encoded, ...]

    def accepted(self, accept_encoding: str) -> Encoded:
        """Return the smallest form that the header (RFC 9110, 12.5.3) allows."""
        allowed = set(_codings(accept_encoding))
        return next(form for form in self.forms if form.coding is None or form.coding in allowed)


@dataclass(frozen=True, slots=True)
class Build:
    """What a build left: files by their path below the folder, such as `assets/index-1a2b.js`."""

    assets: dict[str, Asset]

    @classmethod
    def read(cls, folder: Path) -> "Build | None":
        """All files of the folder; None if there is no built app in it."""
        if not all((folder / name).is_file() for name in SHELLS.values()):
            return None
        plain = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_served(path, folder)]
        return cls({path.relative_to(folder).as_posix(): _asset(path) for path in plain})

    def shell(self, language: str, *, is_signed_in: bool) -> Asset:
        """Return the page that every address of the app answers with."""
        return self.assets[SHELLS[language, is_signed_in]]


def built() -> Build | None:
    """Return the app that came with this installation."""
    return Build.read(Path(str(files("pazpaz.webapp"))) / "assets")


def language_of(cookie: str | None, accept_language: str) -> str:
    """Return the language somebody chose, or the first of ours that their browser asks for (RFC 9110, 12.5.4)."""
    if cookie in LANGUAGES:
        return cookie
    for wanted in _by_weight(accept_language):
        primary = wanted.partition("-")[0]
        if (found := {"iw": "he"}.get(primary, primary)) in LANGUAGES:
            return found
    return "en"


def _is_served(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.suffix not in _COMPRESSED.values()


def _asset(path: Path) -> Asset:
    beside = ((coding, Path(f"{path}{suffix}")) for coding, suffix in _COMPRESSED.items())
    plain = _encoded(path.read_bytes(), None)
    forms = [_encoded(other.read_bytes(), coding) for coding, other in beside if other.is_file()]
    smaller = [form for form in forms if len(form.content) < len(plain.content)]  # a few bytes only grow
    return Asset(_type_of(path), (*smaller, plain))


def _encoded(content: bytes, coding: str | None) -> Encoded:
    return Encoded(content, coding, f'"{hashlib.sha256(content).hexdigest()[:24]}"')


def _type_of(path: Path) -> str:
    found = _TYPES.get(path.suffix) or mimetypes.types_map.get(path.suffix, "application/octet-stream")
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def _codings(header: str) -> Iterable[str]:
    return [name for name, weight in _weighted(header) if weight > 0]


def _by_weight(header: str) -> list[str]:
    return [name for name, weight in sorted(_weighted(header), key=lambda one: -one[1]) if weight > 0]


def _weighted(header: str) -> list[tuple[str, float]]:
    """Return the members of a weighted list; only its beginning is read, whatever was sent."""
    found = []
    for member in header[:500].split(",")[:20]:
        name, _, weight = member.strip().lower().partition(";")
        found.append((name.strip(), _weight(weight)))
    return found


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name != "q":
        return 1.0
    return float(value) if _WEIGHT.fullmatch(value) else 0.0
