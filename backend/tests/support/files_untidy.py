"""Files that every viewer opens although something is wrong with them, and what becomes of each."""

import io
import zlib
from dataclasses import dataclass
from functools import partial

import pikepdf

from pazpaz.sanitizing.errors import Removed
from tests.support.files_case import JPEG, MARK, PDF, Case
from tests.support.files_images import encoded
from tests.support.files_pdf import CONTENT, document, stream

_SCANNERS, _PDFJS = "files of scanners and of small PDF makers", "pdf.js 2.14, its tests"
_MADE_UP = "nowhere yet"
_ACTIONS, _LINKS, _SIGNATURE = Removed.ACTIONS, Removed.LINKS, Removed.SIGNATURE


@dataclass(frozen=True, slots=True)
class Untidy:
    """A file that is taken, what is said to be missing then, and where its kind was seen."""

    case: Case
    removed: tuple[Removed, ...]
    seen: str
    # What of it is still there, drawn or written.
    kept: bytes = CONTENT


def _pdf(name: str, content: bytes, seen: str, *removed: Removed, kept: bytes = CONTENT) -> Untidy:
    return Untidy(Case(f"PDF {name}", PDF, lambda: content), removed, seen, kept)


def _packed(body: bytes) -> bytes:
    return document(objects={4: stream(body, b"/Filter /FlateDecode")})


def _photo(body: bytes, how: bytes = b"/DCTDecode") -> bytes:
    entries = b"/Type /XObject /Subtype /Image /Width 96 /Height 64 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter "
    return document(page=b"/X 10 0 R", extra={10: stream(body, entries + how)})


def _marked(entries: bytes) -> bytes:
    return document(page=b"/Annots [<< /Type /Annot /Rect [9 9 99 29] " + entries + b" >>]")


def _linked(action: bytes) -> bytes:
    return _marked(b"/Subtype /Link /A " + action)


def _locked(**options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="", **options))  # type: ignore[arg-type]
    return out.getvalue()


_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "


def _signed(field: bytes = b"", *, form: bytes = b"/SigFlags 3") -> bytes:
    """A field that is signed, its place on the page and what it looks like there."""
    value = b"/V << /Type /Sig /ByteRange [0 1 2 3] /Contents (" + MARK + b") >>"
    place = b"/Type /Annot /Subtype /Widget /Rect [9 9 99 29] /P 3 0 R /AP << /N 12 0 R >> "
    return document(
        catalogue=b"/AcroForm << /Fields [10 0 R] " + form + b" >> /Perms << /DocMDP 10 0 R >>",
        page=b"/Annots [10 0 R]",
        extra={
            10: b"<< /FT /Sig /T (signature) " + place + value + field + b" >>",
            12: stream(b"1 0 0 RG 0 0 9 9 re S", _FORM),
        },
    )


def _sharing(count: int) -> bytes:
    """Forms that all have the page's own list of forms, and draw none of them, whatever their words say."""
    listed = b"/Resources 9 0 R"
    forms = {number: stream(b"BT (Do not Do this) Tj ET", _FORM + listed) for number in range(10, 10 + count)}
    names = b" ".join(b"/F%d %d 0 R" % (number, number) for number in forms)
    return document(page=b"/X 10 0 R", extra={**forms, 9: b"<< /XObject << " + names + b" >> >>"})


_FLATE = zlib.compress(CONTENT)
_WRONG_SUM = _FLATE[:-4] + b"\0\0\0\0"
_POSTSCRIPT = stream(MARK, b"/Type /XObject /Subtype /PS")
_OLD_POSTSCRIPT = stream(MARK, _FORM + b"/Subtype2 /PS")

PDFS = [
    _pdf("behind a byte order mark", b"\xef\xbb\xbf" + document(), _SCANNERS),
    _pdf("behind a line end", b"\r\n" + document(), _SCANNERS),
    _pdf("behind blanks", b"  \n\n" + document(), _SCANNERS),
    _pdf("with a wrong check sum", _packed(_WRONG_SUM), _SCANNERS),
    _pdf("without its check sum", _packed(_FLATE[:-4]), _SCANNERS),
    _pdf("with a line end before packed data", _packed(b"\r\n" + _FLATE), _SCANNERS),
    _pdf("with noise before packed data", _packed(b"\0\x01\x07" + _FLATE), _SCANNERS),
    _pdf("with a wrong head of packed data", _packed(b"\0\0" + _FLATE[2:]), _SCANNERS),
    _pdf("with a photo without an end", _photo(encoded("JPEG")[:-2]), _PDFJS),
    _pdf("with a photo behind a line end", _photo(b"\n\n" + encoded("JPEG")), _SCANNERS),
    _pdf("with a packed photo, its sum wrong",
         _photo(zlib.compress(encoded("JPEG"))[:-4] + b"abcd", b"[/FlateDecode /DCTDecode]"), _SCANNERS),
    _pdf("with an annotation of no kind", _marked(b"/Contents (x)"), _PDFJS, Removed.ANNOTATIONS),
    _pdf("with an annotation of an unknown kind", _marked(b"/Subtype /Unheard"), _PDFJS, Removed.ANNOTATIONS),
    _pdf("with a link to another document", _linked(b"<< /S /GoToR /F (part2.pdf) /D [0 /Fit] >>"), "manuals of TeX Live 2022", _LINKS),
    _pdf("with a link into an embedded document", _linked(b"<< /S /GoToE /T << /R /C /N (x) >> >>"), _PDFJS, _LINKS),
    _pdf("with a relative link", _linked(b"<< /S /URI /URI (page2.html) >>"), "manuals of R 4.2", _LINKS),
    _pdf("that prints when it is opened", document(catalogue=b"/OpenAction << /S /Named /N /Print >>"), _SCANNERS, _ACTIONS),
    _pdf("with a button that prints", _linked(b"<< /S /Named /N /Print >>"), _SCANNERS, _ACTIONS),
    _pdf("with a button of a viewer's own", _linked(b"<< /S /Named /N /GoBack >>"), "slides made with LaTeX beamer", _ACTIONS),
    _pdf("with an action nobody knows", _linked(b"<< /S /DoAnything >>"), _MADE_UP, _ACTIONS),
    _pdf("that prints when a page is turned",
         document(page=b"/AA << /O << /S /Named /N /Print >> /C << /S /Named /N /NextPage >> >>"), _SCANNERS, _ACTIONS),
    _pdf("with PostScript for printers", document(page=b"/X 10 0 R", extra={10: _POSTSCRIPT}), _PDFJS, Removed.SCRIPTS),
    _pdf("with PostScript in a form", document(page=b"/X 10 0 R", extra={10: _OLD_POSTSCRIPT}), _SCANNERS, Removed.SCRIPTS),
    _pdf("with associated files",
         document(page=b"/AF [10 0 R]", extra={10: b"<< /Type /Filespec /F (x.xml) /EF << /F 11 0 R >> >>",
                                               11: stream(MARK, b"/Type /EmbeddedFile")}), "invoices after ZUGFeRD", Removed.ATTACHMENTS),
    _pdf("with an empty list of scripts", document(catalogue=b"/Names << /JavaScript << /Names [] >> >>"), _MADE_UP),
    _pdf("with forms that share one list", _sharing(40), _PDFJS),
    *(_pdf(f"locked for changes by {name}", _locked(**options), seen, Removed.PASSWORD) for name, options, seen in (
        ("RC4 of 40 bits", {"R": 2, "aes": False, "metadata": False}, "pypdf 3.4, its tests"),
        ("RC4 of 128 bits", {"R": 3, "aes": False, "metadata": False}, "pypdf 3.4, its tests"),
        ("AES of 128 bits", {"R": 4, "aes": True}, _PDFJS),
        ("AES of 256 bits", {"R": 6}, _PDFJS),
    )),
    _pdf("that is signed", _signed(), "PDFBox 2.0, its tests", _SIGNATURE, kept=b"1 0 0 RG 0 0 9 9 re S"),
    _pdf("that is signed and not seen", _signed(b" /F 2"), "PDFBox 2.0, its tests", _SIGNATURE),
]  # fmt: skip

_WHOLE = {"plain": {}, "grey": {"mode": "L"}, "with restarts": {"restart_marker_blocks": 2}}
JPEGS = [
    Untidy(
        Case(f"JPEG without its end, {name}", JPEG, partial(lambda more: encoded("JPEG", **more)[:-2], more)),
        (),
        _SCANNERS,
    )
    for name, more in {**_WHOLE, "progressive": {"progressive": True}}.items()
]
