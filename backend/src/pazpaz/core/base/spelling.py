"""Names of settings that are none, but look like one."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

# No settings: options of `up`, of `sync-client`, of ./dev, of its tests and of the app's build.
_OTHERS = frozenset({"DATA_DIR", "VENV", "TOKEN", "NODE", "CHROMIUM", "WEB", "WEB_OUT", "API", "PROGRAM"})
_FAMILIES = ("SYNC_", "TEST_")
_ALIKE = 0.8


def misspelt(given: Iterable[str], known: Collection[str], prefix: str) -> str | None:
    """One line on the first of these names that is near to a setting's and none; the setting it may mean."""
    for name in sorted(map(str.upper, given)):
        word = name.removeprefix(prefix)
        if word == name or word in known or word in _OTHERS or word.startswith(_FAMILIES):
            continue
        if near := get_close_matches(word, known, n=1, cutoff=_ALIKE):
            return f"{name}: is no setting (is it {prefix}{near[0]}?)"
    return None
