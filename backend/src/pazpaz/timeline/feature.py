"""What the application takes of timeline."""

from pazpaz.core.http.feature import Feature
from pazpaz.timeline import endpoints

FEATURE = Feature(name="timeline", routers=(endpoints.router,))
