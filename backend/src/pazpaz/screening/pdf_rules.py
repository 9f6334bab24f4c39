"""What a PDF may hold: the catalogue by an allow-list, actions and annotations likewise, metadata dropped."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

from pazpaz.screening.errors import Reason, Rejected

MAX_OBJECTS = 1_000_000

_CATALOGUE = frozenset(
    {"/Type", "/Pages", "/PageLabels", "/Names", "/Dests", "/ViewerPreferences", "/PageLayout", "/PageMode"}
    | {"/Outlines", "/Threads", "/OpenAction", "/AcroForm", "/MarkInfo", "/StructTreeRoot", "/Lang"}
    | {"/OCProperties", "/OutputIntents", "/AA"}
)
# Wherever they are: XMP, applications' own data, thumbnails, associated files, presentations, print servers' files.
_DROPPED = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF", "/PresSteps", "/OPI", "/Alternates")

_ACTIONS = frozenset({"/GoTo", "/URI", "/Named", "/SetOCGState", "/Hide", "/ResetForm", "/Thread", "/Trans"})
_FORBIDDEN_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
    }
    | {"/RichMediaExecute", "/GoTo3DView"}
)
_NAMED = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
_ACTION_PLACES = ("/A", "/OpenAction", "/Next", "/PA", "/NA")
_LINKS = ("http://", "https://", "mailto:", "tel:")

_ANNOTATIONS = frozenset(
    {"/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight"}
    | {"/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Stamp", "/Ink", "/Popup", "/Widget", "/Redact"}
    | {"/Watermark", "/PrinterMark", "/TrapNet"}
)
_FORBIDDEN_SUBTYPES = frozenset({"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia", "/Projection", "/PS"})
_FORBIDDEN_TYPES = frozenset({"/Rendition", "/MediaClip", "/SlideShow", "/3DStream"})
_FORBIDDEN_KEYS = ("/XFA", "/RichMediaContent", "/RichMediaSettings", "/Renditions")
_TREE_EDGES = ("/Kids", "/First", "/Next")


def prune(pdf: pikepdf.Pdf) -> None:
    """Leave in the trailer and the catalogue only what shows pages."""
    for key in set(pdf.trailer.keys()) - {"/Root", "/Size"}:
        del pdf.trailer[key]
    root = pdf.Root
    names = root.get("/Names")
    if isinstance(names, Dictionary):
        if "/JavaScript" in names or "/Renditions" in names:
            raise Rejected(Reason.ACTIVE_CONTENT)
        if _has_leaves(names.get("/EmbeddedFiles")):
            raise Rejected(Reason.EMBEDDED_FILE)
        _keep(names, frozenset({"/Dests"}))
    _keep(root, _CATALOGUE)


def _keep(item: Object, allowed: frozenset[str]) -> None:
    for key in set(item.keys()) - allowed:
        del item[key]


def _has_leaves(tree: Any) -> bool:
    """Whether a name tree names anything; an empty one is left behind by some producers."""
    return isinstance(tree, Dictionary) and bool(len(tree.get("/Names", [])) or len(tree.get("/Kids", [])))


def walk(root: Object) -> Iterator[Object]:
    """Every object that the catalogue leads to, once, after it was checked and pruned."""
    seen: set[tuple[int, int]] = set()
    tree = Tree()
    waiting: list[Object] = [root]
    count = 0
    while waiting:
        item = waiting.pop()
        count += 1
        if count > MAX_OBJECTS:
            raise Rejected(Reason.TOO_COMPLEX)
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        if isinstance(item, Array):
            children: list[Any] = list(item)
        elif isinstance(item, (Dictionary, Stream)):
            _check_dictionary(item)
            tree.check(item)
            children = [value for _, value in item.items()]
        else:
            continue
        waiting += [child for child in children if isinstance(child, (Array, Dictionary, Stream))]
        yield item


class Tree:
    """Pages, outlines, fields and name trees are trees: no branch is reached twice."""

    def __init__(self) -> None:
        self._reached: set[tuple[int, int]] = set()

    def check(self, item: Object) -> None:
        """Note where its edges lead."""
        for key in _TREE_EDGES:
            value = item.get(key)
            if value is None:
                continue
            for target in value if isinstance(value, Array) else (value,):
                if isinstance(target, Dictionary) and target.is_indirect:
                    if target.objgen in self._reached:
                        raise Rejected(Reason.TOO_COMPLEX)
                    self._reached.add(target.objgen)


def _check_dictionary(item: Object) -> None:
    keys = set(item.keys())
    if keys.intersection(_FORBIDDEN_KEYS):
        raise Rejected(Reason.ACTIVE_CONTENT)
    if (
        "/EF" in keys
        or _name(item, "/Type") == "/EmbeddedFile"
        or _name(item, "/Subtype") == "/FileAttachment"
    ):
        raise Rejected(Reason.EMBEDDED_FILE)
    if (
        _name(item, "/S") in _FORBIDDEN_ACTIONS
        or _name(item, "/Subtype") in _FORBIDDEN_SUBTYPES
        or _name(item, "/Subtype2") in _FORBIDDEN_SUBTYPES
        or _name(item, "/Type") in _FORBIDDEN_TYPES
    ):
        raise Rejected(Reason.ACTIVE_CONTENT)
    if isinstance(item, Stream) and "/F" in keys:  # its data lie in another file
        raise Rejected(Reason.ACTIVE_CONTENT)
    for key in keys.intersection(_DROPPED):
        del item[key]
    if "/Annots" in keys:
        _check_annotations(item["/Annots"])
    _check_actions(item, keys)
    # A signature is of the file as it was; what is left of it would only be called broken.
    if "/V" in keys and isinstance(item["/V"], Dictionary) and "/ByteRange" in item["/V"]:
        del item["/V"]


def _check_annotations(annotations: Any) -> None:
    for annotation in annotations if isinstance(annotations, Array) else ():
        if isinstance(annotation, Dictionary) and _name(annotation, "/Subtype") not in _ANNOTATIONS:
            raise Rejected(Reason.ACTIVE_CONTENT)


def _check_actions(item: Object, keys: set[str]) -> None:
    """Actions where actions are; /A and /Next also mean other things, which have no /S."""
    for key in keys.intersection(_ACTION_PLACES):
        value = item[key]
        for action in value if isinstance(value, Array) else (value,):
            if isinstance(action, Dictionary) and "/S" in action and not _is_allowed(action):
                del item[key]
                break
    if "/AA" in keys and isinstance(item["/AA"], Dictionary):
        for _, action in item["/AA"].items():
            if isinstance(action, Dictionary) and not _is_allowed(action):
                del item["/AA"]
                break


def _is_allowed(action: Object) -> bool:
    """Whether it stays: False for a link to elsewhere than the web, mail or a telephone. Others are refused."""
    kind = _name(action, "/S")
    if kind not in _ACTIONS or (kind == "/Named" and _name(action, "/N") not in _NAMED):
        raise Rejected(Reason.ACTIVE_CONTENT)
    return kind != "/URI" or str(action.get("/URI", "")).strip().lower().startswith(_LINKS)


def _name(item: Object, key: str) -> str:
    """A name's text, also when it is written as a string, as lenient readers take it."""
    value = item.get(key)
    if value is None or isinstance(value, (Array, Dictionary, Stream)):
        return ""
    text = str(value)
    return text if text.startswith("/") else f"/{text}"
