"""The sweep that forgets what was asked of browsers."""

from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Sweep
from pazpaz.factors import queries


async def forget_challenges(resources: Resources) -> None:
    """Delete challenges that are long over."""
    for statement in queries.FORGET_CHALLENGES:
        await resources.run(statement)


SWEEPS = (Sweep("forget_challenges", forget_challenges, every_seconds=3600),)
