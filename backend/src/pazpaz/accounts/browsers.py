"""The cookies that a browser keeps: which one asked, which one was here before, and that it is signed in."""

from typing import Annotated, Any

from fastapi import Cookie, Response

from pazpaz.accounts.devices import Device
from pazpaz.accounts.models import LINK_LIFETIME
from pazpaz.accounts.schemas import SignedIn
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base.config import Settings
from pazpaz.core.base.tokens import is_token, new_token
from pazpaz.core.http.answers import response as answer
from pazpaz.core.http.deps import COOKIE

BROWSER_COOKIE = "pazpaz_browser"  # binds what a browser asked for to it
BrowserCookie = Annotated[str | None, Cookie(alias=BROWSER_COOKIE, include_in_schema=False)]
DEVICE_COOKIE = "pazpaz_device"  # only tells a browser that was here before from a new one
DEVICE_SECONDS = 400 * 24 * 3600
DeviceCookie = Annotated[str | None, Cookie(alias=DEVICE_COOKIE, include_in_schema=False)]
EarlierCookie = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]
_PATH = "/api/v1/auth"


def kept_browser(cookie: str | None) -> str:
    """Return the browser's own token, or a new one: what it asked for in another tab stays bound to it."""
    return cookie if cookie is not None and is_token(cookie) else new_token()


def bound(response: Response, settings: Settings, browser: str) -> Response:
    """Have the browser keep its token as long as anything it asked for is good."""
    _set(
        response,
        settings,
        key=BROWSER_COOKIE,
        value=browser,
        max_age=int(LINK_LIFETIME.total_seconds()),
        path=_PATH,
        samesite="strict",
    )
    return response


def entered(settings: Settings, signed_in: SignedIn, token: str, device: Device) -> Response:
    """Who is in, with the cookies of a browser that is signed in."""
    response = answer(signed_in, 200)
    seconds = AccountSettings.of(settings).sign_in_hours * 3600
    _set(response, settings, key=COOKIE, value=token, max_age=seconds, samesite="lax")
    met = device.met(settings.secret_key.get_secret_value(), signed_in.user.email)
    _set(
        response,
        settings,
        key=DEVICE_COOKIE,
        value=met.cookie,
        max_age=DEVICE_SECONDS,
        path=_PATH,
        samesite="strict",
    )
    return response


def _set(response: Response, settings: Settings, **cookie: Any) -> None:
    secure = settings.public_url.startswith("https:")
    response.set_cookie(**cookie, httponly=True, secure=secure)
