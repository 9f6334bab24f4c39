"""What the application takes of moves."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.moves import endpoints
from pazpaz.moves.models import MOVE

FEATURE = Feature(name="moves", routers=(endpoints.router,), exported=(Exported("moves", MOVE),))
