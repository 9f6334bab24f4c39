"""The address of mailed links. The app acts on one only on a press, so mail scanners that open links burn none."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

router = APIRouter()


@router.get("/sign-in", include_in_schema=False)
async def sign_in() -> Response:
    """Lead to the app's own page; the browser takes the fragment along, which never reaches a server log."""
    return RedirectResponse("/app/sign-in", status_code=307)
