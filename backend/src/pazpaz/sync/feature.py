"""What the application takes of sync."""

from pazpaz.core.http.feature import Feature
from pazpaz.sync import endpoints

FEATURE = Feature(
    name="sync",
    routers=(endpoints.router,),
)
