"""The erasure key: a workspace's secret can be destroyed, and nobody else's changes."""

import os
import threading
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.erasure import (
    DEPTH,
    ErasureFile,
    ErasureFileError,
    ForgottenError,
    PuncturableKey,
    refuse_shared,
)

TREE = PuncturableKey("t", {"": bytes(range(32))})
IDS = st.integers(0, 2**DEPTH - 1).map(lambda number: UUID(int=number))


def neighbours(workspace_id: UUID) -> list[UUID]:
    """One id on each branch beside the way down: they differ from it in one bit."""
    return [UUID(int=workspace_id.int ^ (1 << bit)) for bit in range(DEPTH)]


@given(IDS)
def test_a_forgotten_secret_is_in_no_seed(workspace_id: UUID) -> None:
    """No seed that is left stands on the way to it, and asking for it is refused."""
    left = TREE.without(workspace_id)
    path = format(workspace_id.int, f"0{DEPTH}b")
    assert not any(path.startswith(place) for place in left.seeds)
    with pytest.raises(ForgottenError):
        left.secret_of(workspace_id)


@given(IDS)
def test_all_others_stay(workspace_id: UUID) -> None:
    """Each of the 128 ids that differ in one bit keeps its secret."""
    left = TREE.without(workspace_id)
    assert [left.secret_of(one) for one in neighbours(workspace_id)[::9]] == [
        TREE.secret_of(one) for one in neighbours(workspace_id)[::9]
    ]


@given(st.lists(IDS, min_size=1, max_size=6, unique=True), IDS)
def test_many_are_forgotten_in_any_order(forgotten: list[UUID], other: UUID) -> None:
    """The order does not matter; whoever is not among them keeps the secret."""
    one, two = TREE, TREE
    for workspace_id in forgotten:
        one = one.without(workspace_id)
    for workspace_id in reversed(forgotten):
        two = two.without(workspace_id)
    assert one == two
    assert len(one.seeds) <= DEPTH * len(forgotten)
    if other not in forgotten:
        assert one.secret_of(other) == TREE.secret_of(other)


def test_secrets_differ() -> None:
    """No two of a thousand ids made one after the other share a secret."""
    ids = [new_id() for _ in range(1000)]
    assert len({TREE.secret_of(workspace_id) for workspace_id in ids}) == len(ids)


def test_forgetting_twice_is_refused() -> None:
    """There is nothing left to forget, and nothing is damaged by trying."""
    workspace_id = new_id()
    with pytest.raises(ForgottenError):
        TREE.without(workspace_id).without(workspace_id)


@pytest.fixture
def file(tmp_path: Path) -> ErasureFile:
    """A fresh file."""
    return ErasureFile.create(tmp_path / "erasure.key")


def test_a_new_file_is_private(file: ErasureFile, tmp_path: Path) -> None:
    """Nobody but its owner reads it, also after a workspace was forgotten."""
    file.forget(new_id())
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_file_is_not_written_over(file: ErasureFile, tmp_path: Path) -> None:
    """A second one at the same place is refused, and the first stays."""
    before = file.key()
    with pytest.raises(FileExistsError):
        ErasureFile.create(tmp_path / "erasure.key")
    assert ErasureFile(tmp_path / "erasure.key").key() == before


def test_another_process_learns_of_it(file: ErasureFile, tmp_path: Path) -> None:
    """Whoever has read the file before reads it again once it has changed."""
    reader, workspace_id = ErasureFile(tmp_path / "erasure.key"), new_id()
    assert reader.key().secret_of(workspace_id)
    file.forget(workspace_id)
    with pytest.raises(ForgottenError):
        reader.key().secret_of(workspace_id)


def test_forgetting_again_changes_nothing(file: ErasureFile, tmp_path: Path) -> None:
    """After a crash it is done once more."""
    workspace_id = new_id()
    file.forget(workspace_id)
    before = (tmp_path / "erasure.key").read_bytes()
    file.forget(workspace_id)
    assert (tmp_path / "erasure.key").read_bytes() == before


def test_twins_lose_nothing(file: ErasureFile, tmp_path: Path) -> None:
    """Of ten processes that forget at once, each one's workspace is forgotten."""
    ids = [new_id() for _ in range(10)]
    files = [ErasureFile(tmp_path / "erasure.key") for _ in ids]
    threads = [
        threading.Thread(target=one.forget, args=(workspace_id,))
        for one, workspace_id in zip(files, ids, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for workspace_id in ids:
        with pytest.raises(ForgottenError):
            file.key().secret_of(workspace_id)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_user_s_file_is_refused(tmp_path: Path) -> None:
    """Private, but of somebody else, who could put another key there; the check is every key file's."""
    path = tmp_path / "key"
    path.touch(0o600)
    refuse_shared(path)
    os.chown(path, 65_534, -1)
    with pytest.raises(ErasureFileError, match="belongs to another user"):
        refuse_shared(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_for_others_is_refused(file: ErasureFile, tmp_path: Path, mode: int) -> None:
    """Readable by group or world, it is not used."""
    assert file.key()
    (tmp_path / "erasure.key").chmod(mode)
    with pytest.raises(ErasureFileError, match="chmod 600"):
        ErasureFile(tmp_path / "erasure.key")


def test_a_lost_file_is_named(tmp_path: Path) -> None:
    """The line says which file, and how one is made."""
    with pytest.raises(ErasureFileError, match=r"erasure\.key cannot be read.*pazpaz keys init"):
        ErasureFile(tmp_path / "erasure.key")


def test_a_running_process_goes_on_without_it(file: ErasureFile, tmp_path: Path) -> None:
    """A file that goes away, or is damaged, under a process leaves it what it has read."""
    before = file.key()
    path = tmp_path / "erasure.key"
    path.unlink()
    assert file.key() == before
    path.write_text("{}")
    path.chmod(0o600)
    assert file.key() == before


_TEXT = TREE.text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        _TEXT[: len(_TEXT) // 2],
        _TEXT.replace("erasure key 1", "erasure key 2"),
        _TEXT.replace('"": "', '"": "AAAA'),
        _TEXT.replace('"": "', '"": "%'),
        '{"format": "pazpaz erasure key 1", "id": "x", "seeds": []}',
    ],
    ids=["empty", "list", "nothing", "cut", "another format", "long seed", "no base64", "no seeds"],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    """Anything but a whole key is named as damaged, not guessed at."""
    path = tmp_path / "erasure.key"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, text.encode())
    os.close(descriptor)
    with pytest.raises(ErasureFileError, match="is damaged"):
        ErasureFile(path)
