"""What the application takes of changes."""

from pazpaz.changes import endpoints
from pazpaz.core.http.feature import Feature

FEATURE = Feature(name="changes", routers=(endpoints.router,))
