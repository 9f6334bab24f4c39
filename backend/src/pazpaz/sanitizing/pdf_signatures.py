"""Signatures in a PDF: their values are of other bytes now; what they look like stays, and no empty field."""

from collections.abc import Iterable
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Stream

Place = tuple[int, int]

_MAX_DEPTH = 30
_LOOKS = frozenset({"/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/P", "/OC", "/StructParent"})
# Printed; not to be changed, moved or thrown away by accident.
_PRINT, _READ_ONLY, _LOCKED = 4, 64, 128
_HIDDEN = 2 | 32  # hidden, or not shown on a screen


class Signatures:
    """Fields that are signed, and what becomes of their places on the pages."""

    def __init__(self) -> None:
        self.was_signed = False
        self._seen: set[Place] = set()
        self._signed: set[Place] = set()

    def take_off(self, root: Object) -> None:
        """Take signed fields off the form."""
        form = root.get("/AcroForm")
        if isinstance(form, Dictionary):
            self._prune(form, "/Fields", 0, is_signed=False)
            if self.was_signed and "/SigFlags" in form:
                del form["/SigFlags"]

    def is_signed(self, widget: Object) -> bool:
        """Whether it is the place of a signed field, also of one that the form does not list."""
        parent = widget.get("/Parent")
        return self._is_known(widget) or (isinstance(parent, Dictionary) and self._is_known(parent))

    def _is_known(self, field: Object) -> bool:
        return (field.is_indirect and field.objgen in self._signed) or is_signature(field.get("/V"))

    def _prune(self, parent: Object, key: str, depth: int, *, is_signed: bool) -> bool:
        """Leave the fields of a list that are not signed; one of which no part is left goes too."""
        fields = parent.get(key)
        if depth > _MAX_DEPTH or not isinstance(fields, Array):
            return False
        kept: list[Any] = [
            field
            for field in fields
            if not isinstance(field, Dictionary) or not self._is_taken(field, depth, is_signed=is_signed)
        ]
        is_shorter = len(kept) < len(fields)
        if is_shorter:
            parent[key] = Array(kept)
        return is_shorter

    def _is_taken(self, field: Object, depth: int, *, is_signed: bool) -> bool:
        if field.is_indirect:
            if field.objgen in self._seen:  # in circles: whoever walks the document refuses it
                return field.objgen in self._signed
            self._seen.add(field.objgen)
        is_signed = is_signed or is_signature(field.get("/V"))
        self.was_signed |= is_signed
        if is_signed and field.is_indirect:
            self._signed.add(field.objgen)
        was_pruned = self._prune(field, "/Kids", depth + 1, is_signed=is_signed)
        return is_signed or (was_pruned and not len(field.get("/Kids", [])))


def is_signature(value: Any) -> bool:
    """Whether a field's value is a signature or a time stamp."""
    return isinstance(value, Dictionary) and (
        "/ByteRange" in value or value.get("/Type") in {Name.Sig, Name.DocTimeStamp}
    )


def as_picture(widget: Object) -> bool:
    """Make a field's place a stamp that looks the same; False when there is nothing to be seen."""
    flags = widget.get("/F", 0)
    flags = int(flags) if isinstance(flags, int) else 0
    is_seen = _has_looks(widget) and not flags & _HIDDEN
    _keep(widget, _LOOKS if is_seen else {"/Type", "/Subtype", "/Rect"})
    widget["/Subtype"] = Name.Stamp
    widget["/F"] = flags | _PRINT | _READ_ONLY | _LOCKED
    return is_seen


def _has_looks(widget: Object) -> bool:
    corners = [float(side) for side in widget.get("/Rect", []) if not isinstance(side, Object)]
    if len(corners) != 4 or corners[0] == corners[2] or corners[1] == corners[3]:
        return False
    looks = widget.get("/AP")
    looks = looks.get("/N") if isinstance(looks, Dictionary) else None
    return isinstance(looks, Stream) or (isinstance(looks, Dictionary) and "/AS" in widget)


def _keep(item: Object, allowed: Iterable[str]) -> None:
    for key in set(item.keys()) - set(allowed):
        del item[key]
