"""What devices take in."""

from pazpaz.core.http.schemas import Body, Name


class DeviceCreate(Body):
    """What its owner calls the device."""

    name: Name
