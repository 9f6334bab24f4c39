"""Key-encryption keys from the settings and from a file."""

from base64 import b64encode
from pathlib import Path

import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.erasure import ErasureFileError
from pazpaz.core.crypto.key_providers import (
    FileKeyProvider,
    KeyContext,
    KeyProviders,
    KeyRefusedError,
    LocalKeyProvider,
    Wrapped,
    kek_id_of,
)
from tests.keys.faults import KEY, OTHER_KEY

CONTEXT, PLAIN = KeyContext(new_id(), 1), bytes(range(60))


def write(path: Path, *keys: bytes, mode: int = 0o600) -> Path:
    """A key file."""
    path.write_text("# keys\n\n" + "\n".join(b64encode(key).decode() for key in keys) + "\n")
    path.chmod(mode)
    return path


async def test_the_first_key_wraps_and_all_unwrap() -> None:
    """With the new key in front, what either wrapped opens."""
    old, both = LocalKeyProvider([KEY]), LocalKeyProvider([OTHER_KEY, KEY])
    assert await both.unwrap(await old.wrap(PLAIN, CONTEXT), CONTEXT) == PLAIN
    assert (await both.wrap(PLAIN, CONTEXT)).kek_id == kek_id_of(OTHER_KEY)


async def test_a_key_that_is_gone_is_named() -> None:
    """Without the former key, the cause names the id that is missing."""
    wrapped = await LocalKeyProvider([KEY]).wrap(PLAIN, CONTEXT)
    with pytest.raises(KeyRefusedError, match=kek_id_of(KEY)):
        await KeyProviders(LocalKeyProvider([OTHER_KEY])).unwrap(wrapped, CONTEXT)


async def test_a_wrong_key_under_the_right_id_is_refused() -> None:
    """The id that a row names is not trusted to be true."""
    wrapped = await LocalKeyProvider([KEY]).wrap(PLAIN, CONTEXT)
    lied = Wrapped(kek_id_of(OTHER_KEY), wrapped.blob)
    with pytest.raises(KeyRefusedError, match="does not open"):
        await LocalKeyProvider([OTHER_KEY]).unwrap(lied, CONTEXT)


async def test_without_a_key_nothing_is_wrapped() -> None:
    """Beside KMS or Vault there may be none."""
    with pytest.raises(KeyRefusedError):
        await LocalKeyProvider([]).wrap(PLAIN, CONTEXT)


async def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """A key that is put in front wraps from then on, without a restart; another process's are found too."""
    path = write(tmp_path / "keys", KEY)
    reader, writer = FileKeyProvider(path), FileKeyProvider(path)
    write(path, OTHER_KEY, KEY)
    wrapped = await writer.wrap(PLAIN, CONTEXT)
    assert wrapped.kek_id == kek_id_of(OTHER_KEY)
    assert await KeyProviders(reader).unwrap(wrapped, CONTEXT) == PLAIN


async def test_a_file_that_is_lost_leaves_what_was_read(tmp_path: Path) -> None:
    """A running process goes on with the keys it has."""
    path = write(tmp_path / "keys", KEY)
    kek = FileKeyProvider(path)
    path.unlink()
    assert await kek.unwrap(await kek.wrap(PLAIN, CONTEXT), CONTEXT) == PLAIN


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_file_for_others_is_refused(tmp_path: Path, mode: int) -> None:
    """Readable by group or world, it is not used."""
    with pytest.raises(ErasureFileError, match="chmod 600"):
        FileKeyProvider(write(tmp_path / "keys", KEY, mode=mode))


@pytest.mark.parametrize("text", ["", "# none\n", "AAAA\n", "%\n", f"{b64encode(KEY).decode()}\nAAAA\n"])
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    """Empty, too short, or not base64: the line says what each must be."""
    path = tmp_path / "keys"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ErasureFileError, match="32 random bytes"):
        FileKeyProvider(path)
