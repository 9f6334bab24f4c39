"""Lists of a user's devices."""

from sqlalchemy import bindparam, select
from sqlalchemy.types import Uuid

from pazpaz.core.db.entity import Query, columns_of
from pazpaz.devices.models import DEVICE, Device, DeviceId, device_sign_ins, devices

_device, _opened = devices.c, device_sign_ins.c
_mine = (_device.user_id == bindparam("owner", type_=Uuid()), _device.removed_at.is_(None))
_last_opened = (
    select(_opened.device_id)
    .where(_opened.credential_id == bindparam("credential", type_=Uuid()))
    .order_by(_opened.opened_at.desc(), _opened.id.desc())
    .limit(1)
    .scalar_subquery()
)

MINE = Query(
    DEVICE,
    Device,
    select(*columns_of(Device, devices, is_current=_device.id.is_not_distinct_from(_last_opened)))
    .where(*_mine)
    .order_by(_device.id.desc()),
    action="list",
)
COUNTED = Query(DEVICE, DeviceId, select(_device.id).where(*_mine), action=None)
