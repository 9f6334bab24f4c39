"""What the application takes of seals."""

from pazpaz.core.feature import Feature
from pazpaz.seals import jobs

FEATURE = Feature(
    name="seals",
    sweeps=jobs.SWEEPS,
)
