"""`./dev sbom`: what PazPaz consists of, as CycloneDX 1.6, from the lock and the installed packages' own words."""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BACKEND = Path(__file__).resolve().parents[1]
_PINNED = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;\\]+)[^\n]*((?:\n\s+--hash=sha256:[0-9a-f]{64}[ \\]*)+)", re.MULTILINE
)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    """A package as it is locked; a hash for each of its files."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def reference(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(text: str) -> dict[str, Package]:
    """Every package of the lock, by its name."""
    return {
        canonicalize_name(name): Package(
            canonicalize_name(name), version, tuple(sorted(_HASH.findall(hashes)))
        )
        for name, version, hashes in _PINNED.findall(text)
    }


def _needs(requirements: Iterable[str], extras: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what these requirements name here, with the extras they ask for."""
    for text in requirements:
        wanted = Requirement(text)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(wanted.name), frozenset(wanted.extras)


def running(project: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return what the application needs when it runs, and what each of that needs, on this kind of machine."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = [*_needs(project["dependencies"], ())]
    while waiting:
        name, extras = waiting.pop()
        needs = [*_needs(metadata.requires(name) or (), extras)]
        named = {need for need, _ in needs} | set(found.get(name, ()))
        if name in found and named == set(found[name]):
            continue
        found[name] = tuple(sorted(named))
        waiting += needs
    return found


def _licences(name: str) -> list[dict[str, Any]]:
    said = metadata.metadata(name)
    if "License-Expression" in said:
        return [{"expression": said["License-Expression"]}]
    words = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    return [{"license": {"name": word}} for word in words]


def _component(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library", "bom-ref": package.reference, "name": package.name, "version": package.version,
        "purl": package.reference, "hashes": [{"alg": "SHA-256", "content": text} for text in package.hashes],
    }  # fmt: skip
    return found | ({"licenses": found_} if (found_ := _licences(package.name)) else {})


def document() -> dict[str, Any]:
    """Return the bill of materials; the same for the same lock and machine: it has no date and no number of its own."""
    project = tomllib.loads((BACKEND / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = locked((BACKEND / "requirements.lock").read_text(encoding="utf-8"))
    needs = running(project)
    packages = [lock[name] for name in sorted(needs)]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    tree = {own: sorted(lock[name].reference for name, _ in _needs(project["dependencies"], ()))}
    tree |= {lock[name].reference: [lock[need].reference for need in needs[name]] for name in sorted(needs)}
    application = {
        "type": "application",
        "bom-ref": own,
        "name": project["name"],
        "version": project["version"],
    }
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": application | {"licenses": [{"expression": project["license"]}]}},
        "components": [_component(package) for package in packages],
        "dependencies": [{"ref": reference, "dependsOn": names} for reference, names in tree.items()],
    }


def main() -> None:
    """Print it, or write it to a file."""
    parser = argparse.ArgumentParser(prog="sbom", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="default: standard output")
    written = orjson.dumps(document(), option=orjson.OPT_INDENT_2) + b"\n"
    if (file := parser.parse_args().file) is None:
        sys.stdout.buffer.write(written)
    else:
        file.write_bytes(written)


if __name__ == "__main__":
    main()
