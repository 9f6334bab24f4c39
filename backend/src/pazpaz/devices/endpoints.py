"""HTTP of devices."""

from uuid import UUID

from pazpaz.accounts.models import CLINICIANS, STAFF
from pazpaz.core.http.deps import CurrentDb
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.process.ratelimit import Limit
from pazpaz.devices import service
from pazpaz.devices.errors import DeviceRemoved, TooManyDevices
from pazpaz.devices.models import DeviceList, DeviceMade, DeviceSecret
from pazpaz.devices.schemas import DeviceCreate

router = feature_router("devices")


# Not 201: the answer would be kept for an Idempotency-Key, and a removed device's secret with it.
@router.post("/auth/devices")
@policy(roles=CLINICIANS, audit=("device.create",), problems=(TooManyDevices,))
async def make_device(body: DeviceCreate, db: CurrentDb) -> DeviceMade:
    """Call this device your own. By its secret it keeps notes sealed on its disk, until you remove it.

    For who treats: an assistant keeps nothing on a device. An answer that is lost leaves a device behind that you
    can remove; no Idempotency-Key is taken, so that no copy of the secret is kept.
    """
    return await service.make(db, body.name)


@router.post("/auth/devices/{device_id}/secret")
@policy(roles=CLINICIANS, limit=Limit.OWN, audit=("device.open",), problems=(DeviceRemoved,))
async def open_device(device_id: UUID, db: CurrentDb) -> DeviceSecret:
    """The secret of one of your devices. This sign-in ends when the device is removed.

    Only `device-removed` says that it was: a 404 says that nothing is known of it.
    """
    return await service.secret_of(db, device_id)


@router.get("/auth/devices")
@policy(roles=STAFF, audit=("device.list",))
async def list_devices(db: CurrentDb) -> DeviceList:
    """Your own devices, newest first."""
    return await service.list_mine(db)


@router.delete("/auth/devices/{device_id}", status_code=204)
@policy(roles=STAFF, limit=Limit.OWN, audit=("device.remove",), one_statement=True)
async def remove_device(device_id: UUID, db: CurrentDb) -> None:
    """Remove one of your devices: its secret is destroyed, and every sign-in that was given it ends.

    What it has kept opens no more, unless its owner opens it there by a passkey or a passphrase.
    """
    await service.remove(db, device_id)
