"""What the application takes of conflicts."""

from pazpaz.conflicts import endpoints
from pazpaz.conflicts.models import CONFLICT
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(name="conflicts", routers=(endpoints.router,), exported=(Exported("conflicts", CONFLICT),))
