"""Benign PDFs of several writers, with what people's documents have in them."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

import pikepdf
from fpdf import FPDF
from reportlab.lib import pagesizes
from reportlab.pdfgen.canvas import Canvas

from tests.support.files_case import PDF, Case
from tests.support.files_images import encoded, picture
from tests.support.files_pdf import CONTENT, document, flate, in_object_stream, revised, stream


def _reportlab(draw: str, **options: Any) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, **options)
    canvas.setAuthor("A. Therapist")
    canvas.setTitle("Intake form")
    canvas.drawString(72, 720, "Pain since March")
    if draw == "photo":
        canvas.drawInlineImage(picture(), 72, 400, 96, 64)
        canvas.drawImage(_reader(encoded("JPEG")), 72, 300)
    elif draw == "clear":
        canvas.drawImage(_reader(encoded("PNG", "RGBA")), 72, 300, mask="auto")
    elif draw == "link":
        canvas.linkURL("https://example.org/", (72, 700, 200, 740))
        canvas.linkURL("mailto:a@example.org", (72, 600, 200, 640))
    elif draw == "outline":
        for number in range(3):
            canvas.bookmarkPage(str(number))
            canvas.addOutlineEntry(f"Part {number}", str(number), level=number)
            canvas.showPage()
    elif draw == "form":
        canvas.acroForm.textfield(name="pain", x=72, y=600, width=90, height=20)
        canvas.acroForm.checkbox(name="consent", x=72, y=500)
        canvas.acroForm.choice(name="side", x=72, y=400, options=["left", "right"], value="left")
    elif draw == "form objects":
        canvas.beginForm("head")
        canvas.drawString(10, 10, "Practice")
        canvas.endForm()
        canvas.doForm("head")
    elif draw == "pages":
        for _ in range(60):
            canvas.showPage()
            canvas.drawString(72, 700, "more")
    canvas.save()
    return out.getvalue()


def _reader(content: bytes) -> Any:
    from reportlab.lib.utils import ImageReader

    return ImageReader(BytesIO(content))


def _fpdf(draw: str, *, compress: bool = True) -> bytes:
    pdf = FPDF()
    pdf.set_compression(compress)
    pdf.set_author("A. Therapist")
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(text="Pain since March")
    if draw == "photo":
        pdf.image(BytesIO(encoded("JPEG")), w=40)
    elif draw == "clear":
        pdf.image(BytesIO(encoded("PNG", "RGBA")), w=40)
    elif draw == "link":
        pdf.cell(text="more", link="https://example.org/")
    elif draw == "outline":
        pdf.start_section("Pain")
        pdf.start_section("Plan", level=1)
    elif draw == "table":
        with pdf.table() as table:
            for day in ("1 March", "8 March"):
                table.row((day, "7"))
    elif draw == "marks":
        pdf.text_annotation(10, 10, "a remark")
        pdf.ink_annotation([(1, 1), (20, 20)], title="x")
    elif draw == "turned":
        pdf.add_page(orientation="landscape")
    return bytes(pdf.output())


def _pillow(mode: str, pages: int = 1) -> bytes:
    out = BytesIO()
    image = picture(mode)
    image.save(out, "PDF", save_all=True, append_images=[image] * (pages - 1), title="Scan")
    return out.getvalue()


def _saved(**options: Any) -> bytes:
    """By qpdf."""
    out = BytesIO()
    with pikepdf.open(BytesIO(_reportlab("outline"))) as pdf:
        pdf.save(out, **options)
    return out.getvalue()


def _image(body: bytes, entries: bytes) -> bytes:
    entries = b"/Type /XObject /Subtype /Image /Width 96 /Height 64 " + entries
    return document(page=b"/X 10 0 R", extra={10: stream(body, entries)})


def _field(entries: bytes) -> bytes:
    field = b"<< /Type /Annot /Subtype /Widget /Rect [9 9 99 29] /T (a) /F 4 " + entries + b" >>"
    return document(
        catalogue=b"/AcroForm << /Fields [10 0 R] /NeedAppearances true >>",
        page=b"/Annots [10 0 R]",
        extra={10: field},
    )


def _mark(entries: bytes) -> bytes:
    return document(page=b"/Annots [<< /Type /Annot /Rect [9 9 99 29] " + entries + b" >>]")


_HEX = CONTENT.hex().encode() + b">"
_BY_HAND = {
    "plain": document,
    "page labels": lambda: document(catalogue=b"/PageLabels << /Nums [0 << /S /D >>] >>"),
    "a language": lambda: document(catalogue=b"/Lang (he-IL) /MarkInfo << /Marked true >>"),
    "a structure": lambda: document(
        catalogue=b"/StructTreeRoot << /Type /StructTreeRoot /K [<< /S /P /P 10 0 R /A << /O /Layout >> >>] >>",
        extra={10: b"<< /S /Document >>"},
    ),
    "layers": lambda: document(
        catalogue=b"/OCProperties << /OCGs [10 0 R] /D << /Order [10 0 R] >> >>", extra={10: b"<< /Type /OCG /Name (a) >>"}
    ),
    "a first view": lambda: document(catalogue=b"/OpenAction [3 0 R /Fit]"),
    "a first view by action": lambda: document(catalogue=b"/OpenAction << /S /GoTo /D [3 0 R /XYZ 0 0 1] >>"),
    "names of places": lambda: document(catalogue=b"/Names << /Dests << /Names [(a) [3 0 R /Fit]] >> >>"),
    "old names of places": lambda: document(catalogue=b"/Dests << /Next [3 0 R /Fit] /A [3 0 R /Fit] /AA [3 0 R /Fit] >>"),
    "a button to the next page": lambda: _mark(b"/Subtype /Link /A << /S /Named /N /NextPage >>"),
    "a link by telephone": lambda: _mark(b"/Subtype /Link /A << /S /URI /URI (tel:+97235555555) >>"),
    "a link to nowhere": lambda: _mark(b"/Subtype /Link /A << /S /URI /URI (page2.html) >>"),
    "a highlight": lambda: _mark(b"/Subtype /Highlight /QuadPoints [0 0 1 0 0 1 1 1] /Contents (see here)"),
    "a stamp": lambda: _mark(b"/Subtype /Stamp /Name /Approved"),
    "a drawing": lambda: _mark(b"/Subtype /Ink /InkList [[0 0 9 9]]"),
    "no actions, but a place for them": lambda: document(catalogue=b"/AA << >>", page=b"/AA << >>"),
    "a field": lambda: _field(b"/FT /Tx /V (left knee)"),
    "a button": lambda: _field(b"/FT /Btn /Ff 65536 /A << /S /ResetForm >>"),
    "a signature": lambda: _field(b"/FT /Sig /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>"),
    "a page turned": lambda: document(page=b"/Rotate 90 /Trans << /S /Fade >> /Dur 3"),
    "a revision": lambda: revised(document(), 4, stream(b"BT (more) Tj ET")),
    "an object stream": lambda: in_object_stream({4: b"[3 0 R /Fit]"}, b"/OpenAction 4 0 R"),
    "hexadecimal text": lambda: document(objects={4: stream(_HEX, b"/Filter /ASCIIHexDecode")}),
    "packed text": lambda: document(objects={4: flate(CONTENT)}),
    "text packed and spelled out": lambda: document(
        objects={4: stream(flate(CONTENT).split(b"stream\n")[1][:-10].hex().encode() + b">", b"/Filter [/AHx /Fl]")}
    ),
    "a short run": lambda: document(objects={4: stream(bytes((len(CONTENT) - 1,)) + CONTENT + b"\x80", b"/Filter /RL")}),
    "an empty stream": lambda: document(objects={4: stream(b"")}),
    "a broken table": lambda: document().replace(b"startxref\n", b"startxref\n9"),
    "old Mac lines": lambda: document() + b"\r\n\r\n",
    "a photo": lambda: _image(encoded("JPEG"), b"/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"),
    "a photo in CMYK": lambda: _image(encoded("JPEG", "CMYK"), b"/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter [/DCT]"),
    "a photo of 2000": lambda: _image(encoded("JPEG2000"), b"/Filter /JPXDecode"),
    "a fax": lambda: _image(b"\0\x10\x01\0\x10\x01", b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 96 >>"),
    "a picture with a predictor": lambda: document(page=b"/X 10 0 R", extra={10: flate(b"\0" * 97 * 64, b"/Subtype /Image /Width 96 /Height 64 /ColorSpace /DeviceGray /BitsPerComponent 8 /DecodeParms << /Predictor 15 /Columns 96 >>")}),
    "forms in a form": lambda: document(page=b"/Y 10 0 R", extra={
        10: stream(b"/A Do /A Do", b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /A 11 0 R >> >>"),
        11: stream(b"0 0 1 1 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]")}),
}  # fmt: skip


def _cases() -> Iterator[Case]:
    for draw in ("text", "photo", "clear", "link", "outline", "form", "form objects", "pages"):
        yield Case(f"PDF of reportlab with {draw}", PDF, partial(_reportlab, draw))
    for size in ("A5", "LETTER", "B4"):
        yield Case(
            f"PDF of reportlab on {size}", PDF, partial(_reportlab, "text", pagesize=getattr(pagesizes, size))
        )
    yield Case("PDF of reportlab, not packed", PDF, partial(_reportlab, "photo", pageCompression=0))
    yield Case("PDF of reportlab, 1.3", PDF, partial(_reportlab, "text", pdfVersion=(1, 3)))
    for draw in ("text", "photo", "clear", "link", "outline", "table", "marks", "turned"):
        yield Case(f"PDF of fpdf with {draw}", PDF, partial(_fpdf, draw))
        yield Case(f"PDF of fpdf with {draw}, not packed", PDF, partial(_fpdf, draw, compress=False))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
        yield Case(f"PDF scan in {mode}", PDF, partial(_pillow, mode))
    yield Case("PDF scan of nine pages", PDF, partial(_pillow, "RGB", 9))
    for how in (pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate):
        yield Case(f"PDF of qpdf, object streams {how.name}", PDF, partial(_saved, object_stream_mode=how))
    yield Case("PDF of qpdf for the web", PDF, partial(_saved, linearize=True))
    yield Case("PDF of qpdf to read", PDF, partial(_saved, qdf=True))
    for name, make in _BY_HAND.items():
        yield Case(f"PDF with {name}", PDF, make)


CASES = list(_cases())
