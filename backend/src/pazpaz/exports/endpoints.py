"""HTTP of exports."""

from fastapi import Response
from fastapi.responses import StreamingResponse

from pazpaz.accounts.models import OWNERS
from pazpaz.core import clock
from pazpaz.core.deps import CurrentDb, ProcessResources
from pazpaz.core.errors import CrossSiteRequest, NotAuthenticated, RoleNotAllowed
from pazpaz.core.policy import Limit, policy
from pazpaz.core.routing import router as feature_router
from pazpaz.exports import service

ZIP = "application/zip"


class ZipResponse(StreamingResponse):
    """An archive, sent as it is written."""

    media_type = ZIP


router = feature_router("export", NotAuthenticated, CrossSiteRequest, RoleNotAllowed)


@router.get(
    "/workspace/export",
    response_model=None,
    response_class=ZipResponse,
    responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
)
@policy(roles=OWNERS, limit=Limit.READ, audit=("workspace.export",), step_up=True)
async def export_workspace(db: CurrentDb, resources: ProcessResources) -> Response:
    """The whole practice as a ZIP: every noun as JSON Lines and as CSV, and the attachments' files.

    What was written before the request is in it; of what is changed meanwhile, the earlier or the later state.
    An answer that breaks off is no ZIP. `manifest.json`, its last file, says what it holds.
    """
    workspace = await service.begin(db)
    disposition = f'attachment; filename="pazpaz-export-{clock.now():%Y-%m-%d}.zip"'
    return ZipResponse(
        service.written(db, resources.storage, workspace), headers={"Content-Disposition": disposition}
    )
