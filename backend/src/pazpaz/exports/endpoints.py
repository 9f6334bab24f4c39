"""HTTP of exports."""

from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from pazpaz.accounts.models import OWNERS
from pazpaz.core.base import clock
from pazpaz.core.http.deps import CurrentDb, CurrentStorage, CurrentThreads, ExportedNouns
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.exports import service
from pazpaz.exports.errors import ExportInProgress

ZIP = "application/zip"


class ZipResponse(StreamingResponse):
    """An archive, sent as it is written, by one of few at once."""

    media_type = ZIP

    def __init__(self, pieces: AsyncIterator[bytes], workspace_id: UUID, status_code: int = 200) -> None:
        """Named by the day; FastAPI reads the status off this signature."""
        disposition = f'attachment; filename="pazpaz-export-{clock.now():%Y-%m-%d}.zip"'
        super().__init__(pieces, status_code, headers={"Content-Disposition": disposition})
        self._workspace_id = workspace_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; whatever happens to the client, the turn is given back."""
        with service.turn(self._workspace_id):
            await super().__call__(scope, receive, send)


router = feature_router("export")


@router.get(
    "/workspace/export",
    response_model=None,
    response_class=ZipResponse,
    responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
)
@policy(roles=OWNERS, audit=("workspace.export",), step_up=True, problems=(ExportInProgress,))
async def export_workspace(
    db: CurrentDb, nouns: ExportedNouns, storage: CurrentStorage, threads: CurrentThreads
) -> Response:
    """The whole practice as a ZIP: every noun as JSON Lines and as CSV, and the attachments' files.

    What was written before the request is in it; of what is changed meanwhile, the earlier or the later state.
    An answer that breaks off is no ZIP. `manifest.json`, its last file, says what it holds.
    """
    with service.turn(db.actor.workspace_id):  # asked before anything is recorded
        workspace = await service.begin(db)
    return ZipResponse(service.written(nouns, db, storage, threads, workspace), workspace.id)
