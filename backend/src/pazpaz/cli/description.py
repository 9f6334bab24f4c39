"""`pazpaz openapi`."""

import sys

import orjson

from pazpaz.main import describe


def openapi() -> None:
    """Print the OpenAPI description."""
    text = orjson.dumps(describe(), option=orjson.OPT_INDENT_2)
    sys.stdout.buffer.write(text + b"\n")
