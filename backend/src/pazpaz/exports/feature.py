"""What the application takes of exports."""

from pazpaz.core.http.feature import Feature
from pazpaz.exports import endpoints

FEATURE = Feature(name="exports", routers=(endpoints.router,))
