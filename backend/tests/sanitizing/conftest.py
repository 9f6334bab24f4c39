"""A sanitizer without a scanner, and a folder that has to stay empty."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from pazpaz.core.base.turns import Turns
from pazpaz.sanitizing.sanitizer import Clean, Sanitizer, private_file
from tests.support.files_case import Case

Sanitize = Callable[[Case], Awaitable[tuple[str, bytes]]]


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Path]:
    """The private folder; whatever a test did, no name is left in it."""
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def sanitize(spool: Path) -> Sanitize:
    """Screens a case as the application does; the type and the bytes that may be stored."""
    sanitizer = Sanitizer(spool, Turns(2, per_owner=2))

    async def run(case: Case) -> tuple[str, bytes]:
        with private_file(spool) as source:
            source.write(case.make())
            clean: Clean = await sanitizer.sanitize(source, 1)
            with clean:
                content = clean.file.read()
            assert clean.size == len(content)
            return clean.content_type, content

    return run
