"""What the application takes of devices."""

from pazpaz.core.http.feature import Feature
from pazpaz.devices import endpoints

FEATURE = Feature(name="devices", routers=(endpoints.router,))
