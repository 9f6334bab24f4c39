"""The versions whose private parts are used: the protocol's of uvicorn, the reading of arguments of FastAPI."""

from collections.abc import Mapping
from importlib.metadata import version

PINNED = {"fastapi": "0.165.0", "uvicorn": "0.54.0"}


def others(pinned: Mapping[str, str] = PINNED) -> list[str]:
    """Say of each package what is installed, if it is not the version that PazPaz was tested with."""
    return [
        f"{name} {found} is installed, and private parts of {wanted} are used: install what requirements.lock names"
        for name, wanted in pinned.items()
        if (found := version(name)) != wanted
    ]
