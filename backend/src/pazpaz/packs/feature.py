"""What the application takes of packs."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.packs import endpoints
from pazpaz.packs.models import PACK

FEATURE = Feature(name="packs", routers=(endpoints.router,), exported=(Exported("packs", PACK),))
