"""What the application takes of sync."""

from pazpaz.core.http.feature import Feature
from pazpaz.sync import endpoints
from pazpaz.sync.settings import SyncSettings

FEATURE = Feature(name="sync", settings=SyncSettings, routers=(endpoints.router,))
