"""What the application takes of amendments."""

from pazpaz.amendments import endpoints
from pazpaz.amendments.models import AMENDMENT
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(
    name="amendments", routers=(endpoints.router,), exported=(Exported("amendments", AMENDMENT),)
)
