"""What the application takes of checkpoints."""

from pazpaz.checkpoints import jobs
from pazpaz.checkpoints.settings import CheckpointSettings
from pazpaz.core.http.feature import Feature

FEATURE = Feature(name="checkpoints", settings=CheckpointSettings, sweeps=jobs.SWEEPS)
