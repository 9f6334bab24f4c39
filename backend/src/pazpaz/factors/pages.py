"""The page where a person proves a second factor, sets one up, and looks after those they have."""

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from pazpaz.core.http.pages import page

router = APIRouter()

_PAGE = files("pazpaz.factors").joinpath("second_factor.html").read_text(encoding="utf-8")


@router.get("/second-factor", include_in_schema=False)
async def second_factor() -> Response:
    """What comes after the link, for who is signed in; the page asks the API who that is."""
    return page(_PAGE, connects=True)
