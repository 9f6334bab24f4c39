"""What every print has in common: texts with their direction, and the process that sets them into type."""

import asyncio
import os
import re
import sys
import unicodedata
from typing import Any

from pazpaz.core.base.errors import Unavailable

SECONDS = (
    60.0  # 5,000 events take about three, the longest record ten; a busy machine takes several times that
)
_RUN = 40  # letters without a place to break a line fit between the margins
_PIECE = 12
_endless = re.compile(rf"[^\s\u200b]{{{_RUN},}}")
_BREAK = "\u200b"  # a place to break a line that nobody sees
_JOINED = ("M", "C")  # what belongs to the letter before it
_kana = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
_hangul = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")

Said = dict[str, Any]


async def rendered(document: str, data: bytes) -> bytes:
    """Return the PDF of one of `documents/`; Unavailable when it takes too long."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _typeset(document, data)
    except TimeoutError:
        raise Unavailable from None


async def _typeset(document: str, data: bytes) -> bytes:
    """In a process of its own: Typst keeps what it has ever computed, and a hostile text must not cost us more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", "pazpaz.timeline.typesetting", document, str(os.getpid()),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={},
    )  # fmt: skip
    try:
        pdf, _ = await process.communicate(data)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise RuntimeError(f"the PDF could not be made: exit {process.returncode}")
    return pdf


def said(text: str, language: str) -> Said:
    """Return a text with what is needed to set it: its direction is its first strong letter's, else the page's."""
    direction = _direction(text) or ("rtl" if language == "he" else "ltr")
    han = "JP" if _kana.search(text) else "KR" if _hangul.search(text) else None
    return {
        "text": _breakable(text),
        "dir": direction,
        "lang": _language(text, direction, language),
        "han": han,
    }


def paragraphs(text: str, language: str) -> list[Said]:
    """Return a text line by line, each with its direction; `apart` is one after an empty line."""
    found: list[Said] = []
    is_apart = False
    for line in text.splitlines():
        if line.strip():
            found.append({**said(line, language), "apart": is_apart and bool(found)})
        is_apart = not line.strip()
    return found


def _direction(text: str) -> str | None:
    """Return the direction of the first strong letter (UAX #9, P2)."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return None


def _language(text: str, direction: str, language: str) -> str:
    """Guess how a reader should pronounce it: a text in the other direction is in another language."""
    if (direction == "rtl") == (language == "he"):
        return language
    if direction == "ltr":
        return "en"
    return "ar" if any(unicodedata.bidirectional(letter) == "AL" for letter in text) else "he"


def _breakable(text: str) -> str:
    """Let a run without spaces be broken, between two letters, when it does not fit in a line."""
    return _endless.sub(lambda run: _BREAK.join(_pieces(run[0])), text)


def _pieces(run: str) -> list[str]:
    pieces, begun = [], 0
    for at in range(1, len(run)):
        belongs = unicodedata.category(run[at])[0] in _JOINED or run[at - 1] == "\u200d"
        if at - begun >= _PIECE and not belongs:
            pieces.append(run[begun:at])
            begun = at
    return [*pieces, run[begun:]]
