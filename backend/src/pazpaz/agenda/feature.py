"""What the application takes of agenda."""

from pazpaz.agenda import endpoints
from pazpaz.core.http.feature import Feature

FEATURE = Feature(name="agenda", routers=(endpoints.router, endpoints.of_clients, endpoints.of_accounts))
