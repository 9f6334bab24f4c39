"""/docs: the whole description, from here alone."""

import base64
import hashlib
import re

from fastapi import FastAPI

from tests.support.practice import browser


async def test_the_page_names_every_operation_and_schema(app: FastAPI) -> None:
    """What the description has, the page has."""
    async with browser(app) as http:
        text, described = (await http.get("/docs")).text, (await http.get("/openapi.json")).json()
    for path, operations in described["paths"].items():
        assert f"<code>{path}</code>" in text
        assert operations
    anchors = set(re.findall(r'id="(\w+)"', text))
    assert anchors == set(described["components"]["schemas"])
    assert set(re.findall(r'href="#(\w+)"', text)) <= anchors
    assert text.count("<details>") == sum(len(operations) for operations in described["paths"].values())


async def test_the_page_asks_nobody_for_anything(app: FastAPI) -> None:
    """No script, no address but our own, and a content policy that lets in its one style and nothing else."""
    async with browser(app) as http:
        answer = await http.get("/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert not re.findall(r"<script|<link|<img|\ssrc=|\sstyle=|\son\w+=|url\(|@import", answer.text)
    assert {href for href in re.findall(r'href="([^"]*)"', answer.text) if href[0] != "#"} == {
        "/openapi.json"
    }
    style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}';" in policy
    assert "default-src 'none'; script-src 'none'" in policy
    assert "unsafe-inline" not in policy
