"""A practice's export, as its readers see it."""

import csv
import io
import json
import zipfile
from typing import Any

from tests.support.practice import Practice

BOM = "\ufeff"


async def export_of(practice: Practice) -> zipfile.ZipFile:
    answer = await practice.get("/workspace/export")
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def json_of(archive: zipfile.ZipFile, noun: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{noun}.jsonl").splitlines()]


def csv_of(archive: zipfile.ZipFile, noun: str) -> list[list[str]]:
    text = archive.read(f"{noun}.csv").decode()
    assert text.startswith(BOM), "Excel would not read Hebrew"
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))


def table_of(archive: zipfile.ZipFile, noun: str) -> list[dict[str, str]]:
    head, *rows = csv_of(archive, noun)
    return [dict(zip(head, row, strict=True)) for row in rows]
