"""The mail catcher's page belongs to the user who started `up`."""

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.support.practice import browser


def key_of(resources: Resources) -> str:
    """What only the data dir tells."""
    key = resources.settings.mail_catcher_key
    assert key is not None
    return key.get_secret_value()


async def asked(app: FastAPI, path: str) -> httpx.Response:
    async with browser(app) as http:
        return await http.get(path)


async def test_the_page_has_a_secret_address(app: FastAPI, resources: Resources) -> None:
    """With the secret the page is there, and leads to pages below the same address; the secret has 192 bits."""
    key = key_of(resources)
    assert len(bytes.fromhex(key)) == 24
    folder = resources.settings.mail_catcher_dir
    assert folder is not None
    (folder / "new" / "1.P1Q0.localhost").write_text("To: a@example.org\nSubject: x\n\nHello\n")
    listed = await asked(app, f"/dev/mail/{key}")
    assert f'href="/dev/mail/{key}/1.P1Q0.localhost"' in listed.text
    opened = await asked(app, f"/dev/mail/{key}/1.P1Q0.localhost")
    assert opened.status_code == 200
    assert f'href="/dev/mail/{key}"' in opened.text
    text = await asked(app, f"/dev/mail/{key}/latest/text?to=a@example.org")
    assert text.text == "Hello\n"


@pytest.mark.parametrize("rest", ["", "/latest/text?to=a@example.org", "/1.P1Q0.localhost"])
@pytest.mark.parametrize("key", ["", "/latest", "/" + "0" * 48, "/é"])
async def test_without_the_secret_there_is_nothing(app: FastAPI, key: str, rest: str) -> None:
    """Whoever does not know it gets what an address that does not exist gets."""
    problem_of(await asked(app, f"/dev/mail{key}{rest}"), 404, "not-found")
