"""What the application takes of papers."""

from pazpaz.core.http.feature import Feature
from pazpaz.papers import endpoints

FEATURE = Feature(name="papers", routers=(endpoints.router,))
