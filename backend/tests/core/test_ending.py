"""What an application held goes with it."""

import gc
import weakref
from typing import TYPE_CHECKING

from pazpaz.main import create_app

if TYPE_CHECKING:
    from pazpaz.core.base.config import Settings


async def test_an_application_that_has_ended_is_forgotten(settings: "Settings") -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        ended = weakref.ref(app.state.resources)
    del app
    gc.collect()
    assert ended() is None
