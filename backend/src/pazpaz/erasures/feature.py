"""What the application takes of erasures."""

from pazpaz.core.http.feature import Feature
from pazpaz.erasures import endpoints, jobs
from pazpaz.erasures.settings import ErasureSettings

FEATURE = Feature(name="erasures", settings=ErasureSettings, routers=(endpoints.router,), sweeps=jobs.SWEEPS)
