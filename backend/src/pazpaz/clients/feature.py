"""What the application takes of clients."""

from pazpaz.clients import endpoints
from pazpaz.clients.models import CLIENT
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(name="clients", routers=(endpoints.router,), exported=(Exported("clients", CLIENT),))
