"""A PDF, walked object by object and written anew from what is left."""

from io import BytesIO
from typing import BinaryIO

import pikepdf
from pikepdf import settings

from pazpaz.sanitizing import pdf_forms, pdf_rules, pdf_streams
from pazpaz.sanitizing.errors import Reason, Rejected, Removed

MAX_PAGES = 5_000
MAX_NESTING = 100

settings.set_qpdf_limits(
    parser_max_nesting=MAX_NESTING,
    max_stream_filters=pdf_streams.MAX_FILTERS,
    flate_max_memory=pdf_streams.MAX_STREAM_BYTES,
    png_max_memory=pdf_streams.MAX_STREAM_BYTES,
    tiff_max_memory=pdf_streams.MAX_STREAM_BYTES,
    run_length_max_memory=pdf_streams.MAX_STREAM_BYTES,
)


def _find_chance() -> None:
    """AES asks for a source of chance, also to open what it locked; once locked in, the child could not open one."""
    pdf = pikepdf.new()
    pdf.Root["/X"] = pdf.make_stream(b"x")
    pdf.save(BytesIO(), encryption=pikepdf.Encryption(owner="-", R=4, aes=True))


_find_chance()


def clean(content: bytes, output: BinaryIO, _preview: BinaryIO) -> set[Removed]:
    """Write the document anew; Rejected when it has what a document to look at does not need.

    It has no preview: drawing a page takes an interpreter of fonts and pictures that nothing here needs otherwise.
    """
    pdf = _opened(content)
    if not 0 < len(pdf.pages) <= MAX_PAGES:
        raise Rejected(Reason.TOO_COMPLEX)
    rules = pdf_rules.Rules(pdf)
    if pdf.is_encrypted:
        rules.removed.add(Removed.PASSWORD)
    rules.prune()
    forms = pdf_forms.Forms()
    streams = pdf_streams.Streams(pdf)
    for item in rules.walk():
        if isinstance(item, pikepdf.Stream):
            streams.check(item)
            forms.add(item)
    forms.check()
    pdf.save(
        output,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=True,
        deterministic_id=True,
        fix_metadata_version=False,
        encryption=False,
    )
    return rules.removed


def _opened(content: bytes) -> pikepdf.Pdf:
    """Open it as every viewer does, without a password: one against printing or changes asks for none."""
    try:
        return pikepdf.open(BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Rejected(Reason.ENCRYPTED) from None
    except Exception:
        # A cipher that nobody can open without a key of their own, or that this library does not know.
        if b"/Encrypt" in content:
            raise Rejected(Reason.ENCRYPTED) from None
        raise
