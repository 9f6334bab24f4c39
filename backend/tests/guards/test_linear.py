"""What looks through people's text looks at each letter a bounded number of times.

Counted is the CPU time of this thread for long harmless runs, and for runs four times as long: sixteen times as
much would be a square.
"""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pazpaz
from pazpaz.accounts.models import Locale
from pazpaz.attachments.models import ContentType, display_name, key_name
from pazpaz.clients import phones
from pazpaz.clients.models import Wanted
from pazpaz.clients.names import folded
from pazpaz.core.http import schemas
from pazpaz.core.mail import messages
from pazpaz.exports import cells
from pazpaz.reminders import templates
from pazpaz.timeline import setting

SHORT, LONG = 5_000, 20_000
METHODS = "sub|search|match|fullmatch|split|finditer|findall"
UNITS = (
    " ", "\n", "\r\n", "\t", "a", "Z", "1", "_", "-", "=", "+", "@", ".", ",", ";", "'", '"', "/", "\\", "{", "}", "{a",
    "(", "<", ">", "&", ":", "\u200f", "\ufeff", "א", "\u0301", "\xff", "a ", "a.", "a-", " =", "'=", "1 ", "\x00",
)  # fmt: skip
TAILS = ("", "!")
REMEDY = "bound the pattern where it is written: a possessive or bounded repeat, or an anchor"
_ROOT = Path(pazpaz.__file__).parent
# Made of words of ours, and applied to pages and to names of ours alone.
OWN = {"core/http/pages.py", "core/http/routing.py"}


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages([str(_ROOT)], "pazpaz."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


Used = tuple["re.Pattern[Any]", frozenset[str]]  # a pattern, and its methods that the code calls


def _named() -> dict[str, Used]:
    """The patterns that modules hold."""
    every = "\n".join(path.read_text(encoding="utf-8") for path in _ROOT.rglob("*.py"))
    return {
        f"{module.__name__}.{name}": (value, frozenset(re.findall(rf"\b{name}\.({METHODS})\(", every)))
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }


def _inline() -> dict[str, Used]:
    """The patterns that are written where they are used."""
    found: dict[str, Used] = {}
    for path in sorted(_ROOT.rglob("*.py")):
        where = str(path.relative_to(_ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_use(node) and where not in OWN:
                here = f"{where}:{node.lineno}"
                said = node.args[0]
                assert isinstance(said, ast.Constant), (
                    f"backend/src/pazpaz/{here}: name the pattern: <name> = re.compile(...);"
                    f' or backend/tests/guards/test_linear.py: OWN |= {{"{where}"}}'
                )
                pattern: Any = said.value
                found[here] = re.compile(pattern), frozenset({ast.unparse(node.func).removeprefix("re.")})
    return found


def _is_use(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)):
            return name not in {"compile", "escape"}
    return False


PATTERNS = _named() | _inline()


def _all_of(pattern: "re.Pattern[Any]", methods: frozenset[str]) -> Callable[[Any], object]:
    def work(text: Any) -> None:
        for name in methods:
            if name in {"sub", "subn"}:
                pattern.sub(text[:0], text)
            else:
                found = getattr(pattern, name)(text)
                if name == "finditer":
                    list(found)

    return work


def _least(work: Callable[[Any], object], given: Any) -> float:
    spent = []
    for _ in range(3):
        before = time.thread_time()
        work(given)
        spent.append(time.thread_time() - before)
    return min(spent)


def _require_linear(work: Callable[[Any], object], made: Callable[[str], Any] = lambda text: text) -> None:
    for unit in UNITS:
        for tail in TAILS:
            short, long = (made((unit * size)[:size] + tail) for size in (SHORT, LONG))
            once = _least(work, short)
            assert _least(work, long) < 10 * once + 0.003, f"runs of {unit!a} and {tail!r}: {REMEDY}"


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_linear(name: str) -> None:
    """Whatever it is applied to, long runs that it does not match to the end cost it no square."""
    pattern, methods = PATTERNS[name]
    methods = methods or frozenset({"fullmatch"})  # one that is handed on: to `schemas._written_as`
    if isinstance(pattern.pattern, str):
        _require_linear(_all_of(pattern, methods))
    else:
        _require_linear(_all_of(pattern, methods), lambda text: text.encode("latin-1", "ignore"))


HERE = phones.dialling_of("Asia/Jerusalem", Locale.HE)
CLEANING: dict[str, Callable[[str], object]] = {
    "a cell": cells.plain,
    "a line of CSV": lambda text: cells.lines([[text, text]]),
    "mistakes of a template": templates.mistakes,
    "a template": lambda text: templates.filled(text, {}),
    "a search": lambda text: (Wanted.of(text, HERE), folded(text)),
    "a phone": lambda text: phones.shown(text[:50], HERE),
    "a file's name": lambda text: display_name(text, ContentType.PNG),
    "a file's key": lambda text: key_name(text, ContentType.PNG),
    "a header's line": messages.one_line,
    "a name": schemas.not_blank,
    "a text in print": lambda text: (setting.said(text, "he"), setting.paragraphs(text, "he")),
}


@pytest.mark.parametrize("name", CLEANING)
def test_what_cleans_text_is_linear(name: str) -> None:
    """The functions that look through text before it is kept, printed or sent."""

    def work(text: str) -> None:
        try:
            CLEANING[name](text)
        except ValueError:  # a blank name is refused
            return

    _require_linear(work)


def test_the_guard_knows_a_square() -> None:
    """A run that is tried from each of its letters is what it fails for."""
    with pytest.raises(AssertionError, match="runs of"):
        _require_linear(_all_of(re.compile(r"\s*="), frozenset({"search"})))
