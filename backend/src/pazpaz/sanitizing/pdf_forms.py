"""Forms of a PDF that draw forms: how much all that is drawn comes to."""

from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Stream

from pazpaz.sanitizing.errors import Reason, Rejected

MAX_FORM_DEPTH = 30
MAX_DRAWN = 1_000_000

Place = tuple[int, int]


class Forms:
    """Forms that draw forms: none draws itself, and what each draws, by its name, is bounded."""

    def __init__(self) -> None:
        self._drawn_by: dict[Place, list[Place]] = {}

    def add(self, stream: Stream) -> None:
        """Note which forms it draws, each as often as it does; what it only could draw does not count."""
        if not _is_form(stream):
            return
        resources = stream.get("/Resources")
        pictures = resources.get("/XObject") if isinstance(resources, Dictionary) else None
        if not isinstance(pictures, Dictionary):
            return
        inner = {name: item.objgen for name, item in pictures.items() if _is_form(item)}
        if inner and (drawn := _drawn(stream, inner)):
            self._drawn_by[stream.objgen] = drawn

    def check(self) -> None:
        """Follow every chain once."""
        cost: dict[Place, int] = {}
        for form in self._drawn_by:
            self._cost(form, cost, 0)

    def _cost(self, form: Place, cost: dict[Place, int], depth: int) -> int:
        """Return how many forms are drawn when it is."""
        if form not in self._drawn_by:
            return 1
        if depth > MAX_FORM_DEPTH:  # also a chain that comes back to itself
            raise Rejected(Reason.TOO_COMPLEX)
        if form not in cost:
            cost[form] = 1 + sum(self._cost(inner, cost, depth + 1) for inner in self._drawn_by[form])
        if cost[form] > MAX_DRAWN:
            raise Rejected(Reason.TOO_COMPLEX)
        return cost[form]


def _drawn(stream: Stream, inner: dict[str, Place]) -> list[Place]:
    drawn: list[Place] = []
    for instruction in pikepdf.parse_content_stream(stream, "Do"):
        name: Any = instruction.operands[0] if len(instruction.operands) else None
        if str(name) in inner:
            drawn.append(inner[str(name)])
        if len(drawn) > MAX_DRAWN:
            raise Rejected(Reason.TOO_COMPLEX)
    return drawn


def _is_form(item: Any) -> bool:
    return isinstance(item, Stream) and item.get("/Subtype") == Name.Form
