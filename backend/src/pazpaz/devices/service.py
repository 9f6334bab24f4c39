"""Use cases of devices: calling one one's own, giving it its secret, removing it."""

import hashlib
from uuid import UUID

from pazpaz.accounts.models import USER
from pazpaz.core.base import clock
from pazpaz.core.base.errors import NotFound
from pazpaz.core.base.ids import derived_id
from pazpaz.core.base.tokens import new_token
from pazpaz.core.db.handle import Db
from pazpaz.devices import queries
from pazpaz.devices.errors import DeviceRemoved, TooManyDevices
from pazpaz.devices.models import (
    DEVICE,
    DEVICE_SIGN_IN,
    MOST_DEVICES,
    DeviceList,
    DeviceMade,
    DeviceSecret,
)


async def make(db: Db, name: str) -> DeviceMade:
    """Return a new device of the user with its secret; TooManyDevices."""
    await db.get(USER, db.user_id, recorded=False, lock=True)  # whoever makes another one waits
    if len(await db.read(queries.COUNTED, owner=db.user_id)) >= MOST_DEVICES:
        raise TooManyDevices
    secret = new_token()
    made = await db.create(DEVICE, {"user_id": db.user_id, "name": name, "secret": secret})
    await _belongs(db, made.id)
    return DeviceMade(made.id, secret)


async def secret_of(db: Db, device_id: UUID) -> DeviceSecret:
    """Return the secret of one of the user's devices, or DeviceRemoved; from now on this sign-in ends with the device.

    The device's row is held first: whoever removes it waits, and then finds this sign-in among its own.
    """
    device = await db.change(
        DEVICE,
        device_id,
        {"last_used_at": clock.now()},
        where={"user_id": db.user_id, "removed_at": None},
        # Its owner's browser deletes what it keeps only when it hears that the device was removed; a server that does
        # not know the device, such as one restored from before, says no such thing.
        otherwise=lambda found: DeviceRemoved() if found.user_id == db.user_id else NotFound(),
        action="open",
    )
    await _belongs(db, device.id)
    return DeviceSecret(device.secret or "")


async def _belongs(db: Db, device_id: UUID) -> None:
    """Note that this sign-in has the device's secret; the caller holds the device's row."""
    named = db.actor.workspace_id.bytes + device_id.bytes + db.credential_id.bytes
    row_id, opened = derived_id(hashlib.sha256(named).digest()), {"opened_at": clock.now()}
    try:
        await db.change(DEVICE_SIGN_IN, row_id, opened, recorded=False)
    except NotFound:
        values = {"device_id": device_id, "credential_id": db.credential_id, **opened}
        await db.create(DEVICE_SIGN_IN, values, row_id, recorded=False)


async def list_mine(db: Db) -> DeviceList:
    """Return the user's devices, newest first."""
    items = await db.read(queries.MINE, owner=db.user_id)
    return DeviceList(items, len(items), None)


async def remove(db: Db, device_id: UUID) -> None:
    """Destroy the device's secret; a trigger ends the sign-ins that were given it."""
    await db.change(
        DEVICE,
        device_id,
        {"removed_at": clock.now(), "secret": None},
        where={"user_id": db.user_id, "removed_at": None},
        otherwise=lambda _: NotFound(),
        action="remove",
    )
