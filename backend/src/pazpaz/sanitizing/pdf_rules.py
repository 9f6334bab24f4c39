"""What a PDF may hold: the catalogue by an allow-list, actions and annotations likewise, metadata dropped."""

from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from pazpaz.sanitizing.errors import Reason, Rejected, Removed
from pazpaz.sanitizing.pdf_signatures import Signatures, as_picture, is_signature

MAX_OBJECTS = 500_000

Entries = dict[str, Any]
_CONTAINERS = (Array, Dictionary, Stream)

_CATALOGUE = frozenset(
    {"/Type", "/Pages", "/PageLabels", "/Names", "/Dests", "/ViewerPreferences", "/PageLayout", "/PageMode"}
    | {"/Outlines", "/Threads", "/OpenAction", "/AcroForm", "/MarkInfo", "/StructTreeRoot", "/Lang"}
    | {"/OCProperties", "/OutputIntents", "/AA"}
)
# Wherever they are: XMP, applications' own data, thumbnails, associated files, other files' pages.
_DROPPED = frozenset(
    {"/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF", "/PresSteps", "/OPI", "/Alternates", "/Ref"}
)

_ACTIONS = frozenset({"/GoTo", "/URI", "/Named", "/SetOCGState", "/Hide", "/ResetForm", "/Thread", "/Trans"})
_FORBIDDEN_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/Rendition",
        "/Movie",
        "/Sound",
    }
    | {"/RichMediaExecute", "/GoTo3DView"}
)
# To other documents, which are not here.
_AWAY = frozenset({"/GoToR", "/GoToE"})
_NAMED = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
_ACTION_PLACES = frozenset({"/A", "/OpenAction", "/Next", "/PA", "/NA"})
_LINKS = ("http://", "https://", "mailto:", "tel:")

_ANNOTATIONS = frozenset(
    {"/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight"}
    | {"/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Stamp", "/Ink", "/Popup", "/Widget", "/Redact"}
    | {"/Watermark", "/PrinterMark", "/TrapNet"}
)
_FORBIDDEN_SUBTYPES = frozenset({"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia", "/Projection"})
_FORBIDDEN_TYPES = frozenset({"/Rendition", "/MediaClip", "/SlideShow", "/3DStream"})
_FORBIDDEN_KEYS = frozenset({"/XFA", "/RichMediaContent", "/RichMediaSettings", "/Renditions"})
_TREE_EDGES = frozenset({"/Kids", "/First", "/Next"})


class Rules:
    """What is looked at in one document, and what was taken from it."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.removed: set[Removed] = set()
        self._pdf = pdf
        self._signatures = Signatures()

    def prune(self) -> None:
        """Leave in the trailer, the catalogue and the form only what shows pages."""
        trailer, root = self._pdf.trailer, self._pdf.Root
        _keep(trailer, frozenset({"/Root", "/Size"}))
        names = root.get("/Names")
        if isinstance(names, Dictionary):
            if _has_leaves(names.get("/JavaScript")) or _has_leaves(names.get("/Renditions")):
                raise Rejected(Reason.ACTIVE_CONTENT)
            if _has_leaves(names.get("/EmbeddedFiles")):
                raise Rejected(Reason.EMBEDDED_FILE)
            _keep(names, frozenset({"/Dests"}))
        _keep(root, _CATALOGUE)
        self._signatures.take_off(root)
        if self._signatures.was_signed:
            self.removed.add(Removed.SIGNATURE)

    def walk(self) -> Iterator[Object]:
        """Every container that the catalogue leads to, once, after it was checked and pruned."""
        seen: set[tuple[int, int]] = set()
        reached: set[tuple[int, int]] = set()
        waiting: list[Object] = [self._pdf.Root]
        count = 0
        while waiting:
            item = waiting.pop()
            count += 1
            if count > MAX_OBJECTS:
                raise Rejected(Reason.TOO_COMPLEX)
            if item.is_indirect:
                place = item.objgen
                if place in seen:
                    continue
                seen.add(place)
            if isinstance(item, Array):
                children: Iterable[Any] = iter(item)
            else:
                # Taken out once: a look-up in a PDF's own dictionary costs ten of Python's.
                entries = dict(item.items())
                self._check(item, entries)
                _check_tree(entries, reached)
                children = entries.values()
            waiting += [child for child in children if isinstance(child, _CONTAINERS)]
            yield item

    def _check(self, item: Object, entries: Entries) -> None:
        """Refuse what is active or carries files, drop what only describes or does nothing here."""
        if not entries.keys().isdisjoint(_FORBIDDEN_KEYS):
            raise Rejected(Reason.ACTIVE_CONTENT)
        type_, subtype, second = (_name(entries, key) for key in ("/Type", "/Subtype", "/Subtype2"))
        if "/EF" in entries or type_ == "/EmbeddedFile" or subtype == "/FileAttachment":
            raise Rejected(Reason.EMBEDDED_FILE)
        if (
            _name(entries, "/S") in _FORBIDDEN_ACTIONS
            or subtype in _FORBIDDEN_SUBTYPES
            or second in _FORBIDDEN_SUBTYPES
            or type_ in _FORBIDDEN_TYPES
            # A stream whose data lie in another file.
            or ("/F" in entries and isinstance(item, Stream))
        ):
            raise Rejected(Reason.ACTIVE_CONTENT)
        if isinstance(item, Stream) and ("/PS" in {subtype, second} or "/PS" in entries):
            self._empty(item, entries)
        for key in entries.keys() & _DROPPED:
            if key == "/AF" and any(isinstance(file, Dictionary) for file in _listed(entries[key])):
                self.removed.add(Removed.ATTACHMENTS)
            _drop(item, entries, key)
        if "/Annots" in entries:
            self._check_annotations(item, entries)
        self._check_actions(item, entries)
        # What is left of a signature that no field of the form holds.
        if "/V" in entries and is_signature(entries["/V"]):
            self.removed.add(Removed.SIGNATURE)
            _drop(item, entries, "/V")

    def _empty(self, item: Stream, entries: Entries) -> None:
        """Draw nothing where PostScript was: no viewer of today runs it, and what it does nobody can tell."""
        self.removed.add(Removed.SCRIPTS)
        item.write(b"")
        for key in entries.keys() - {"/Length"}:
            del item[key]
        item["/Type"], item["/Subtype"], item["/BBox"] = Name.XObject, Name.Form, Array([0, 0, 0, 0])
        entries.clear()

    def _check_annotations(self, page: Object, entries: Entries) -> None:
        annotations = list(_listed(entries["/Annots"]))
        kept = [mark for mark in annotations if not isinstance(mark, Dictionary) or self._is_kept(mark)]
        if len(kept) < len(annotations):
            page["/Annots"] = entries["/Annots"] = Array(kept)

    def _is_kept(self, mark: Object) -> bool:
        """Whether an annotation stays; what acts or carries a file is refused."""
        subtype = mark.get("/Subtype")
        kind = str(subtype)
        if kind == "/FileAttachment":
            raise Rejected(Reason.EMBEDDED_FILE)
        if kind in _FORBIDDEN_SUBTYPES:
            raise Rejected(Reason.ACTIVE_CONTENT)
        if kind == "/Widget" and self._signatures.is_signed(mark):
            self.removed.add(Removed.SIGNATURE)
            return as_picture(mark)
        if kind not in _ANNOTATIONS:
            self.removed.add(Removed.ANNOTATIONS)
        return kind in _ANNOTATIONS

    def _check_actions(self, item: Object, entries: Entries) -> None:
        """Actions where actions are; /A and /Next also mean other things, which have no /S."""
        for key in entries.keys() & _ACTION_PLACES:
            actions = [
                value for value in _listed(entries[key]) if isinstance(value, Dictionary) and "/S" in value
            ]
            if not all(map(self._is_allowed, actions)):
                _drop(item, entries, key)
        more = entries.get("/AA")
        if isinstance(more, Dictionary):
            for event, action in dict(more.items()).items():
                if isinstance(action, Dictionary) and not self._is_allowed(action):
                    del more[event]

    def _is_allowed(self, action: Object) -> bool:
        """Whether it stays: what shows something of this document, the web, mail or a telephone."""
        entries = dict(action.items())
        kind = _name(entries, "/S")
        if kind in _FORBIDDEN_ACTIONS:
            raise Rejected(Reason.ACTIVE_CONTENT)
        if kind in _AWAY or (kind == "/URI" and not _leads_out(entries.get("/URI"))):
            self.removed.add(Removed.LINKS)
            return False
        if kind not in _ACTIONS or (kind == "/Named" and _name(entries, "/N") not in _NAMED):
            self.removed.add(Removed.ACTIONS)
            return False
        return True


def _leads_out(address: Any) -> bool:
    return str(address or "").strip().lower().startswith(_LINKS)


def _keep(item: Object, allowed: frozenset[str]) -> None:
    for key in set(item.keys()) - allowed:
        del item[key]


def _has_leaves(tree: Any) -> bool:
    """Whether a name tree names anything; an empty one is left behind by some producers."""
    return isinstance(tree, Dictionary) and bool(len(tree.get("/Names", [])) or len(tree.get("/Kids", [])))


def _drop(item: Object, entries: Entries, key: str) -> None:
    del item[key]
    del entries[key]


def _check_tree(entries: Entries, reached: set[tuple[int, int]]) -> None:
    """Pages, outlines, fields and name trees are trees: no branch is reached twice."""
    for key in entries.keys() & _TREE_EDGES:
        for target in _listed(entries[key]) if key == "/Kids" else (entries[key],):
            if isinstance(target, Dictionary) and target.is_indirect:
                if target.objgen in reached:
                    raise Rejected(Reason.TOO_COMPLEX)
                reached.add(target.objgen)


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, Array) else (value,)


def _name(entries: Entries, key: str) -> str:
    """Return a name's text, also when it is written as a string, as lenient readers take it."""
    value = entries.get(key)
    if value is None or isinstance(value, _CONTAINERS):
        return ""
    text = str(value)
    return text if text.startswith("/") else f"/{text}"
