"""The file store of docker-compose.yml: who reaches which of its ports."""

from pathlib import Path
from typing import Any

import yaml

COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_only_the_application_shares_a_network_with_the_store() -> None:
    """And the store's network leads nowhere else; the one that publishes its port has nobody in it."""
    store = set(SERVICES["seaweedfs"]["networks"])
    near = {name for name, service in SERVICES.items() if store & set(service["networks"])}
    assert near == {"seaweedfs", "api", "worker"}
    assert COMPOSE["networks"]["files"]["internal"] is True
    assert [name for name, service in SERVICES.items() if "files-published" in service["networks"]] == [
        "seaweedfs"
    ]


def test_the_store_offers_s3_alone() -> None:
    """Master, volume server and filer stay on the container's loopback, and one port is published, to the host's."""
    command = SERVICES["seaweedfs"]["command"]
    assert {"-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.ip.bind=0.0.0.0", "-s3.iam=false"} <= set(command)
    assert SERVICES["seaweedfs"]["ports"] == ["127.0.0.1:8333:8333"]
    assert all(
        "WEED_JWT_" + name in SERVICES["seaweedfs"]["environment"]
        for name in ("SIGNING_KEY", "SIGNING_READ_KEY")
    )
