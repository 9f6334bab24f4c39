"""The key providers and the erasure key that the settings name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pazpaz.core.base.config import Settings
from pazpaz.core.crypto import key_providers
from pazpaz.core.crypto.erasure import ErasureFile, refuse_shared
from pazpaz.core.crypto.key_providers import FileKeyProvider, KeyProvider, KeyProviders, LocalKeyProvider

# Settings that name a private file, and what reads one; ErasureFileError when it is not usable.
FILES: Mapping[str, Callable[[Path], object]] = {
    "encryption_key_file": key_providers.keys_of,
    "erasure_key_file": ErasureFile,
    "vault_token_file": refuse_shared,
}


def keys_of(settings: Settings) -> tuple[KeyProviders, ErasureFile]:
    """Return what wraps and unwraps data keys, and what seals them."""
    erasure = ErasureFile(settings.erasure_key_file)
    found = {provider.name: provider for provider in (_local(settings), *_remote(settings))}
    wraps = found.pop(settings.key_provider)
    return KeyProviders(wraps, *found.values()), erasure


def _local(settings: Settings) -> LocalKeyProvider:
    if settings.encryption_key_file is not None:
        return FileKeyProvider(settings.encryption_key_file)
    first = (settings.encryption_key,) if settings.encryption_key else ()
    return LocalKeyProvider([key.get_secret_value() for key in (*first, *settings.encryption_other_keys)])


def _remote(settings: Settings) -> list[KeyProvider]:
    """Their clients are loaded where they are used only: boto3's alone costs a tenth of a second."""
    found: list[KeyProvider] = []
    if settings.kms_key_id is not None:
        from pazpaz.core.crypto.kms import KmsKeyProvider

        found.append(
            KmsKeyProvider(
                settings.kms_key_id,
                *settings.kms_other_key_ids,
                region=settings.kms_region,
                endpoint_url=settings.kms_endpoint_url,
            )
        )
    if settings.vault_url is not None:
        from pazpaz.core.crypto.vault import VaultKeyProvider

        found.append(
            VaultKeyProvider(
                settings.vault_url,
                mount=settings.vault_mount,
                key_name=settings.vault_key_name,
                token=settings.vault_token.get_secret_value() if settings.vault_token else None,
                token_file=settings.vault_token_file,
                ca_file=settings.vault_ca_file,
                namespace=settings.vault_namespace,
            )
        )
    return found
