"""A PDF, walked object by object and written anew from what is left."""

from io import BytesIO
from typing import BinaryIO

import pikepdf
from pikepdf import settings

from pazpaz.sanitizing import pdf_rules, pdf_streams
from pazpaz.sanitizing.errors import Reason, Rejected

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


def clean(content: bytes, output: BinaryIO, _preview: BinaryIO) -> None:
    """Write the document anew; Rejected when it has what a document to look at does not need.

    It has no preview: drawing a page takes an interpreter of fonts and pictures that nothing here needs otherwise.
    """
    pdf = _opened(content)
    if not 0 < len(pdf.pages) <= MAX_PAGES:
        raise Rejected(Reason.TOO_COMPLEX)
    pdf_rules.prune(pdf)
    forms = pdf_streams.Forms()
    streams = pdf_streams.Streams(pdf)
    for item in pdf_rules.walk(pdf.Root):
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
    )


def _opened(content: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(BytesIO(content), suppress_warnings=True)
    except Exception:
        # Not only a wrong password: some ciphers ask for a source of chance, which cannot be opened in here.
        if b"/Encrypt" in content:
            raise Rejected(Reason.ENCRYPTED) from None
        raise
    if pdf.is_encrypted:
        raise Rejected(Reason.ENCRYPTED)
    return pdf
