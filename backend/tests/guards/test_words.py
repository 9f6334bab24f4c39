"""What PazPaz says to people stands in one file of each slice, in both languages."""

import importlib
import re
from collections.abc import Iterator, Mapping

from tests.support.guards_source import BACKEND

_HERE = "backend/tests/guards/test_words.py"
SRC = BACKEND / "src" / "pazpaz"
# Hebrew elsewhere, each with its reason.
MAY = {
    "core/base/dates.py": "days and months",
    "clients/names.py": "letters and marks that a search takes for one another",
    "cli/demo.py": "an invented practice",
    "factors/second_factor.html": "a page that chooses its words in the browser",
    "webapp/unbuilt.html": "a page for whoever builds it",
}
_HEBREW = re.compile("[\u0590-\u05ff]")
_PLACEHOLDER = re.compile(r"\{\w*\}")


def test_words_stand_in_words_py() -> None:
    """A text in Hebrew elsewhere is one that nobody finds who looks for what a slice says."""
    files = (path for path in SRC.rglob("*") if path.suffix in {".py", ".html", ".txt", ".typ"})
    found = {str(path.relative_to(SRC)) for path in files if _HEBREW.search(path.read_text(encoding="utf-8"))}
    elsewhere = {name for name in found if not name.endswith("/words.py") and "/assets/" not in name}
    assert elsewhere == set(MAY), f"move it into the slice's words.py, or give its reason in {_HERE}, MAY"


def _said() -> Iterator[tuple[str, Mapping[str, object]]]:
    for path in SRC.rglob("words.py"):
        name = ".".join(("pazpaz", *path.relative_to(SRC).with_suffix("").parts))
        for constant, value in vars(importlib.import_module(name)).items():
            if isinstance(value, Mapping) and {"en", "he"} & set(value):
                yield f"{name}.{constant}", value


def _shape(value: object) -> object:
    """Which texts there are, and what is filled into each."""
    if isinstance(value, Mapping):
        return {key: _shape(text) for key, text in value.items()}
    return sorted(set(_PLACEHOLDER.findall(value))) if isinstance(value, str) else type(value)


def test_both_languages_say_the_same() -> None:
    """Whatever is said in one is said in the other, with the same placeholders."""
    said = dict(_said())
    assert len(said) > 30
    assert [name for name, texts in said.items() if set(texts) != {"en", "he"}] == []
    assert [name for name, texts in said.items() if _shape(texts["en"]) != _shape(texts["he"])] == []
