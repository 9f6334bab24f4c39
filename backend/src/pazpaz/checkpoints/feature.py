"""What the application takes of checkpoints."""

from pazpaz.checkpoints import jobs
from pazpaz.core.http.feature import Feature

FEATURE = Feature(
    name="checkpoints",
    sweeps=jobs.SWEEPS,
)
