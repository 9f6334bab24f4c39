"""The page a magic link opens. It acts only on a click, so mail scanners that open links burn none."""

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from pazpaz.core.pages import page

router = APIRouter()

_PAGE = files("pazpaz.accounts").joinpath("sign_in.html").read_text(encoding="utf-8")


@router.get("/sign-in", include_in_schema=False)
async def sign_in() -> Response:
    """Ask for a link, or use the one in the address's fragment, which never reaches a server log."""
    return page(_PAGE, connects=True)
