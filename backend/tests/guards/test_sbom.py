"""The bill of materials is of what runs, complete, and the same each time."""

import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import sbom

PROJECT = tomllib.loads((sbom.BACKEND / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK, DEVELOPING = (
    (sbom.BACKEND / name).read_text(encoding="utf-8")
    for name in ("requirements.lock", "requirements-dev.lock")
)


def _named(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def test_it_names_every_package_that_runs() -> None:
    """Each dependency and what it needs, at the locked version, with the locked hashes."""
    found = {part["name"]: part for part in sbom.document()["components"]}
    lock = sbom.locked(LOCK)
    assert _named(PROJECT["dependencies"]) <= found.keys()
    assert {name: part["version"] for name, part in found.items()} == {
        name: lock[name].version for name in found
    }
    assert all(part["hashes"] for part in found.values())
    assert {"starlette", "pydantic-core", "botocore"} <= found.keys(), "what dependencies need is missing"


def test_the_lock_is_read_whole() -> None:
    """Every pinned line of the lock is a package."""
    assert len(sbom.locked(LOCK)) == sum(
        "==" in line and line[0] not in " #" for line in LOCK.splitlines() if line
    )


def test_what_runs_is_locked_without_what_develops() -> None:
    """An install from the lock has no test tool and no service; what is tested is the same versions."""
    extras = PROJECT["optional-dependencies"]
    running, developing = sbom.locked(LOCK), sbom.locked(DEVELOPING)
    assert (
        running.keys() & (_named(extras["embedded"]) | {"pytest", "ruff", "mypy", "hypothesis", "moto"})
        == set()
    )
    assert _named(extras["embedded"]) | _named(extras["dev"]) <= developing.keys()
    assert {name: developing[name] for name in running} == running


def test_every_reference_resolves() -> None:
    """What depends on what names components only, and every component is in the tree."""
    document = sbom.document()
    own = document["metadata"]["component"]["bom-ref"]
    known = {part["bom-ref"] for part in document["components"]} | {own}
    assert {item["ref"] for item in document["dependencies"]} == known
    assert {name for item in document["dependencies"] for name in item["dependsOn"]} == known - {own}


def test_it_says_the_same_each_time() -> None:
    """No date, no random number, and no path of the machine it was made on."""
    one, other = sbom.document(), sbom.document()
    assert one == other
    assert str(sbom.BACKEND.parent) not in str(one)
