"""Taking a strange mail apart (RFC 2046): line by line, to a bounded depth, and nothing of it can fail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEAD_BYTES = 65_536  # in which the mail's own fields end
_DEPTH = 4
_BOUNDARY = re.compile(r'boundary *= *(?:"([^"]{1,200})"|([^\s";]{1,200}))', re.IGNORECASE)

Fields = list[tuple[str, str]]


class NotUnderstoodError(Exception):
    """Says what of a mail is too long or oddly formed; never what stands in it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its fields, and the lines behind them."""

    fields: Fields
    lines: list[str]

    @property
    def kind(self) -> str:
        """Its type, in small letters; text if it says none (RFC 2045, 5.2)."""
        return first(self.fields, "content-type").partition(";")[0].strip().lower() or "text/plain"

    def head_lines(self) -> list[str]:
        """Return the head of a mail that is this part."""
        lines = iter(self.lines)
        found = []
        for line in lines:
            if line.strip():
                found.append(line)
            elif found:
                break
        return found


def head_of(text: str) -> tuple[Fields, str]:
    """Return a mail's fields and its body."""
    head, blank, body = text.lstrip("\n").partition("\n\n")
    if len(head) > HEAD_BYTES:
        raise NotUnderstoodError("its head is too long")
    return fields_of(head.split("\n")), body if blank else ""


def fields_of(lines: list[str]) -> Fields:
    """Return a block's fields, each with the lines that it is folded into."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line[:1] in (" ", "\t"):
            if found:
                found[-1][1].append(line)
            continue
        name, colon, value = line.partition(":")
        if colon:
            found.append((name.strip().lower(), [value]))
    return [(name, "".join(parts)) for name, parts in found]


def first(fields: Fields, wanted: str) -> str:
    """Return a field's value, empty if there is none."""
    return next((value.strip() for name, value in fields if name == wanted), "")


def parts_of(whole: Part, depth: int = _DEPTH) -> Iterator[Part]:
    """Yield the mail and all parts in it, however they are nested."""
    yield whole
    if not whole.kind.startswith("multipart/"):
        return
    boundary = _BOUNDARY.search(first(whole.fields, "content-type"))
    if boundary is None:
        if depth == _DEPTH:
            raise NotUnderstoodError("its parts have no boundary")
        return
    if depth == 0:
        return
    for lines in _split(whole.lines, f"--{boundary[1] or boundary[2]}"):
        head = lines.index("") if "" in lines else len(lines)
        yield from parts_of(Part(fields_of(lines[:head]), lines[head + 1 :]), depth - 1)


def _split(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the lines of each part; the last one may be cut off."""
    part: list[str] | None = None
    for line in lines:
        rest = line[len(delimiter) :].strip() if line.startswith(delimiter) else None
        if rest not in ("", "--"):
            if part is not None:
                part.append(line)
            continue
        if part is not None:
            yield part
        if rest:
            return
        part = []
    if part is not None:
        yield part
