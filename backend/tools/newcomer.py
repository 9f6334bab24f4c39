"""Adds a noun to a copy of the checkout as CONTRIBUTING.md says, counts what that touches, and lets the guards look.

It fails above MOST_FILES, MOST_SHARED or one red round; and unless an import that is forbidden turns the check red.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

BACKEND = Path(__file__).resolve().parents[1]
WRITTEN = Path(__file__).with_suffix("")  # what an author writes; each file's name ends with .txt
MOST_FILES, MOST_SHARED = 11, 2
NOUN, NAME, TABLE = "leaflets", "leaflets", "leaflets"
_LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".pazpaz", "__pycache__", ".pytest_cache", ".ruff_cache", "node_modules", "assets", "web"
)
# What of the guards is about every noun at once; the rest is told by the noun's name.
_WHOLE = (
    "test_cases or test_catalogue or test_openapi or test_migrations or test_every_column or test_no_route"
)
_FILES = (
    f"tests/{NOUN}", "tests/guards/test_cases.py", "tests/guards/test_catalogue.py", "tests/guards/test_openapi.py",
    "tests/guards/test_migrations.py", "tests/guards/test_policy.py", "tests/guards/test_audit.py",
    "tests/guards/test_queries.py", "tests/guards/test_isolation.py", "tests/guards/test_mutants.py",
    "tests/guards/test_phi.py::test_the_database_holds_no_canary", "tests/exports/test_archive.py",
)  # fmt: skip
# Planted in the noun's service, one from above, the driver, past the handle, and HTTP: module and name.
FORBIDDEN = (
    ("pazpaz.exports", "service"),
    ("asyncpg", "Connection"),
    ("pazpaz.core.db", "system"),
    ("starlette", "requests"),
)


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, flush=True)  # noqa: T201 (it is a command)


class Red(Exception):  # noqa: N818 (a colour, as people say)
    """A check or a guard says no."""


class Copy:
    """A copy of the checkout, in which an author works."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        shutil.copytree(BACKEND.parent, self.root, ignore=_LEFT_BEHIND, symlinks=True)
        self.backend = self.root / "backend"
        self._before = self._hashes()

    def _hashes(self) -> dict[Path, str]:
        return {
            path.relative_to(self.root): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self._files()
        }

    def _files(self) -> Iterator[Path]:
        for path in self.root.rglob("*"):
            inside = path.relative_to(self.root).parts
            if path.is_file() and not any(
                part == "__pycache__" or part.endswith("_cache") for part in inside
            ):
                yield path

    def touched(self) -> tuple[list[Path], list[Path]]:
        """Return the files that are new, and those of others that were changed."""
        now = self._hashes()
        new = sorted(set(now) - set(self._before))
        return new, sorted(path for path, was in self._before.items() if now.get(path) != was)

    def write(self, *places: str) -> None:
        """Write what the author writes below these places."""
        for source in sorted(path for place in places for path in _written(place)):
            target = self.backend / source.relative_to(WRITTEN).with_suffix("")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())

    def change(self, path: str, old: str, new: str) -> None:
        """Change a line of a file that is there."""
        file = self.backend / path
        text = file.read_text(encoding="utf-8")
        if text.count(old) != 1:
            message = f"{path} does not say once: {old!r}"
            raise Red(message)
        file.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *words: str) -> str:
        """Run a tool of the environment on the copy; return what it says, if it is content."""
        environment = os.environ | {"PYTHONPATH": str(self.backend / "src"), "PAZPAZ_WEB": "off"}
        command = [sys.executable, "-P", *words]
        done = subprocess.run(  # noqa: S603 (the words are ours)
            command,
            cwd=self.backend,
            env=environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        if done.returncode:
            raise Red(f"{' '.join(words[:4])}\n{done.stdout[-6000:]}{done.stderr[-2000:]}")
        return done.stdout


def _written(place: str) -> Iterator[Path]:
    path = WRITTEN / place
    return path.rglob("*.txt") if path.is_dir() else iter([path.with_name(f"{path.name}.txt")])


def number_of(revision: str) -> str:
    """Return the number of the migration after this one."""
    return f"{int(revision) + 1:04}"


def add(copy: Copy) -> None:
    """Write the slice, its line, its migration and its own tests: steps 1 to 6."""
    copy.write(f"src/pazpaz/{NOUN}", f"tests/{NOUN}/test_endpoints.py")
    listed = (copy.backend / "src/pazpaz/features.py").read_text(encoding="utf-8").splitlines()
    behind = next(line for line in listed if line > f"from pazpaz.{NOUN}" and line.startswith("from pazpaz."))
    copy.change(
        "src/pazpaz/features.py", behind, f"from pazpaz.{NOUN}.feature import FEATURE as LEAFLETS\n{behind}"
    )
    copy.change("src/pazpaz/features.py", "    SESSIONS,\n", "    SESSIONS,\n    LEAFLETS,\n")
    head = _head(copy)
    text = (WRITTEN / f"migrations/versions/{TABLE}.py.txt").read_text(encoding="utf-8")
    versions = copy.backend / "migrations" / "versions"
    (versions / f"{number_of(head)}_{TABLE}.py").write_text(
        text.replace("{head}", head).replace("{revision}", number_of(head)), encoding="utf-8"
    )


def _head(copy: Copy) -> str:
    config = Config()
    config.set_main_option("script_location", str(copy.backend / "migrations"))
    return str(ScriptDirectory.from_config(config).get_current_head())


def told(copy: Copy) -> list[str]:
    """Have the one red round; return the lines that the guards say are to be written."""
    try:
        copy.run(
            "-m", "pytest", "-q", "-n", "0", "tests/guards/test_cases.py", "tests/guards/test_openapi.py"
        )
    except Red as red:
        said = str(red)
    else:
        message = "the guards do not miss the cases of a noun that has none"
        raise Red(message)
    lines = re.findall(
        rf'backend/tests/{NOUN}/cases\.py: add to CASES: (Case\("[^"\n]+", \w+, "[^"\n]+")', said
    )
    described = "./dev pazpaz openapi > backend/openapi.json" in said
    if not described:
        message = f"no guard says how the description is written anew:\n{said}"
        raise Red(message)
    return sorted(set(lines))


def answer(copy: Copy, lines: list[str]) -> None:
    """Write what was told: the cases, and the description."""
    copy.write(f"tests/{NOUN}/cases.py")
    written = " ".join((copy.backend / f"tests/{NOUN}/cases.py").read_text(encoding="utf-8").split())
    unused = [line for line in lines if line not in written.replace("( ", "(")]
    if unused or written.count("Case(") != len(lines):
        message = f"the guards told {lines}, which is not what a case is"
        raise Red(message)
    (copy.backend / "openapi.json").write_text(copy.run("-m", "pazpaz", "openapi"), encoding="utf-8")


def check(copy: Copy) -> None:
    """Lint, format, types and imports, as `./dev check`."""
    copy.run("-m", "ruff", "check", "src", "tests", "migrations")
    copy.run("-m", "ruff", "format", "--check", "src", "tests", "migrations")
    copy.run("-m", "mypy", f"src/pazpaz/{NOUN}", f"tests/{NOUN}", "src/pazpaz/features.py")
    _imports(copy)


def _imports(copy: Copy) -> str:
    return copy.run(
        "-c",
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as l; l()",
    )


def guards(copy: Copy) -> None:
    """Run the noun's own tests, and of the guards what is about it."""
    named = f"{NOUN} or {NAME} or {TABLE}"
    copy.run(
        "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *_FILES, "-k", f"{named} or canary or {_WHOLE}"
    )


def refused(copy: Copy) -> list[str]:
    """Plant the forbidden imports, all at once; return those that the check lets pass."""
    service = copy.backend / f"src/pazpaz/{NOUN}/service.py"
    right = service.read_text(encoding="utf-8")
    planted = [f"from {module} import {name} as _planted_{name}" for module, name in FORBIDDEN]
    service.write_text("\n".join([right, *planted]), encoding="utf-8")
    try:
        said = _imports(copy)
    except Red as red:
        said = str(red)
    service.write_text(right, encoding="utf-8")
    named = {
        module: re.search(rf"pazpaz\.{NOUN}\.service -> {re.escape(module)}\b", said)
        for module, _ in FORBIDDEN
    }
    return [module for module, found in named.items() if not found]


def main() -> int:
    """Do it, and say how much it was."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pazpaz-newcomer-") as folder:
        copy = Copy(Path(folder))
        try:
            add(copy)
            lines = told(copy)
            say(f"red once: the guards told {len(lines)} lines to write, and how to describe the API anew")
            answer(copy, lines)
            new, shared = copy.touched()
            check(copy)
            passed = refused(copy)
            guards(copy)
        except Red as red:
            say(f"newcomer: red: {red}")
            return 1
    say("\n".join(f"  {kind} {path}" for kind, paths in (("new", new), ("shared", shared)) for path in paths))
    say(
        f"{len(new) + len(shared)} files (at most {MOST_FILES}), {len(shared)} of them shared (at most {MOST_SHARED})"
    )
    say(f"forbidden imports that pass: {passed or 'none'}; {time.monotonic() - began:.0f} s")
    return int(len(new) + len(shared) > MOST_FILES or len(shared) > MOST_SHARED or bool(passed))


if __name__ == "__main__":
    sys.exit(main())
