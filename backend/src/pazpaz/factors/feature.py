"""What the application takes of factors."""

from pazpaz.core.http.feature import Feature
from pazpaz.factors import endpoints, jobs, pages

FEATURE = Feature(
    name="factors", routers=(endpoints.public, endpoints.router), pages=(pages.router,), sweeps=jobs.SWEEPS
)
