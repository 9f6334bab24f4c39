"""Loopback ports: chosen once per data dir and used again while they are free."""

import json
import random
import socket
from pathlib import Path

from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.files import write_private

HOST = "127.0.0.1"

# Below the kernel's ephemeral range, so that no outgoing connection takes a remembered port.
_LOWEST, _HIGHEST = 15000, 32000
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_ports(data_dir: Path, names: list[str]) -> dict[str, int]:
    """Return a free port for every name, the remembered one where it is still free; the caller holds the lock."""
    path = data_dir / "ports.json"
    remembered = _read(path)
    chosen = dict(remembered)
    for name in names:
        port = remembered.get(name)
        if port is None or not is_free(port):
            chosen[name] = _new_port(taken=set(chosen.values()))
    if chosen != remembered:
        write_private(path, json.dumps(chosen, indent=2) + "\n")
    return {name: chosen[name] for name in names}


def _read(path: Path) -> dict[str, int]:
    try:
        return {str(name): int(port) for name, port in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _new_port(taken: set[int]) -> int:
    source = random.SystemRandom()
    for _ in range(_ATTEMPTS):
        port = source.randrange(_LOWEST, _HIGHEST)
        if port not in taken and is_free(port):
            return port
    raise EmbeddedError(
        f"no free port on {HOST} between {_LOWEST} and {_HIGHEST}: stop something that listens there"
    )
