"""The tables of devices and of their sign-ins, and a device as it is shown.

A device is none of `known_devices`: those are cookies, by which a browser that was here before is told from a new
one when a mail says so. They come with every sign-in, also at a shared computer, and hold nothing. A device here is
one that its owner has called their own; what it keeps on its disk opens by its secret.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, Uuid

from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import Forgotten, moment, reference, scoped_table

MOST_DEVICES = 20

devices = scoped_table(
    "devices",
    Column("user_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret", Sealed()),
    moment("created_at", now=True),
    moment("last_used_at"),
    moment("removed_at"),
    reference("devices", "user_id", "users"),
    CheckConstraint("(removed_at IS NULL) = (secret IS NOT NULL)", name="secret"),
    Index("ix_devices_user_id", "workspace_id", "user_id"),
    forgotten=Forgotten({"name": "''"}),
)

# Which sign-ins were given a device's secret: they end with it, whatever other device they opened besides.
device_sign_ins = scoped_table(
    "device_sign_ins",
    Column("device_id", Uuid, nullable=False),
    Column("credential_id", Uuid, nullable=False),
    moment("opened_at", nullable=False),
    reference("device_sign_ins", "device_id", "devices"),
    reference("device_sign_ins", "credential_id", "credentials"),
    UniqueConstraint("workspace_id", "device_id", "credential_id", name="uq_device_sign_ins_once"),
    Index("ix_device_sign_ins_credential_id", "workspace_id", "credential_id"),
)


@row
class Device:
    """A device of one's own; `is_current`: the one that this sign-in opened last."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_current: bool


@row
class HeldDevice:
    """A device with its secret; a removed one has none."""

    id: UUID
    user_id: UUID
    secret: str | None


@row
class DeviceId:
    """A device that counts."""

    id: UUID


@row
class DeviceSignIn:
    """When a sign-in was last given a device's secret."""

    id: UUID
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class DeviceMade:
    """A new device and its secret: 32 bytes in base64url."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class DeviceSecret:
    """A device's secret: 32 bytes in base64url."""

    secret: str


@dataclass(frozen=True, slots=True)
class DeviceList:
    """All of a user's devices."""

    items: list[Device]
    total: int
    next_cursor: str | None


DEVICE = Entity("device", devices, HeldDevice)
DEVICE_SIGN_IN = Entity("device_sign_in", device_sign_ins, DeviceSignIn)
