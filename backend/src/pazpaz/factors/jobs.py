"""The sweep that forgets what was asked of browsers."""

from pazpaz.core.resources import Resources
from pazpaz.core.work import Sweep
from pazpaz.factors import queries


async def forget_challenges(resources: Resources) -> None:
    """Delete challenges that are long over."""
    await resources.system(together=False).run(queries.FORGET_CHALLENGES)


SWEEPS = (Sweep("forget_challenges", forget_challenges, every_seconds=3600),)
