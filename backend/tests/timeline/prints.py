"""A print read back by other libraries: its text, where its letters stand, its tags, what it lacks of PDF/UA."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfua
import pikepdf
import pypdfium2


def pages(document: bytes) -> list[str]:
    """The text of each page, in the order it is written in the file."""
    opened = pypdfium2.PdfDocument(document)
    try:
        return [opened[n].get_textpage().get_text_bounded() for n in range(len(opened))]
    finally:
        opened.close()


def edges(document: bytes) -> tuple[float, float]:
    """How far to the left and to the right letters stand, in millimetres."""
    opened = pypdfium2.PdfDocument(document)
    try:
        text = opened[0].get_textpage()
        boxes = [text.get_charbox(n) for n in range(text.count_chars()) if text.get_text_range(n, 1).strip()]
        return min(box[0] for box in boxes) * 25.4 / 72, max(box[2] for box in boxes) * 25.4 / 72
    finally:
        opened.close()


def tags(document: bytes) -> list[str]:
    """The structure's tags, from the root down, in reading order."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        return list(_tags(opened.Root.StructTreeRoot))


def _tags(node: Any) -> Iterator[str]:
    if "/S" in node:
        yield str(node.S)[1:]
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield from _tags(child)


def fonts(document: bytes) -> set[str]:
    """The names of the fonts that are used, without the mark of a subset."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        return {
            str(item.BaseFont).partition("+")[2]
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font" and "/BaseFont" in item
        }


def is_universal(document: bytes) -> bool:
    """Whether it says of itself that it is PDF/UA-1."""
    with pikepdf.open(io.BytesIO(document)) as opened, opened.open_metadata() as metadata:
        return metadata.get("pdfuaid:part") == "1"


def lacks(document: bytes, at: Path) -> list[str]:
    """What a validator says against its being PDF/UA."""
    path = at / "print.pdf"
    path.write_bytes(document)
    return [f"{finding.rule_id} {finding.message}" for finding in pdfua.validate(str(path)).findings
            if finding.severity in {pdfua.Severity.ERROR, pdfua.Severity.WARNING}]  # fmt: skip
