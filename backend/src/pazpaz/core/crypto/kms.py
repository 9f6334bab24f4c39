"""Data keys wrapped by AWS KMS, bound to their place by the encryption context."""

from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pazpaz.core.crypto.key_providers import (
    KeyContext,
    KeyRefusedError,
    KeyUnreachableError,
    RemoteKeyProvider,
    Wrapped,
)

_PREFIX = "aws-kms:"
# What another try may find otherwise; every other error code is an answer.
_FOR_NOW = frozenset(
    {
        "DependencyTimeoutException", "KMSInternalException", "KeyUnavailableException", "InternalFailure",
        "ServiceUnavailable", "ServiceUnavailableException", "ThrottlingException", "Throttling",
        "LimitExceededException", "RequestTimeout", "500", "502", "503", "504",
    }
)  # fmt: skip


class KmsKeyProvider(RemoteKeyProvider):
    """One KMS key that wraps, and others that may still unwrap; credentials are found as boto3 finds them."""

    name = "aws-kms"

    def __init__(
        self, key_id: str, *other_key_ids: str, region: str | None = None, endpoint_url: str | None = None
    ) -> None:
        """`key_id` is a key's id, ARN or alias, as the settings have it; it is also what rows name."""
        super().__init__()
        self._key_id = key_id
        self._known = frozenset((key_id, *other_key_ids))
        patience = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 2})
        session = boto3.session.Session()
        self._client: Any = session.client(
            "kms", region_name=region, endpoint_url=endpoint_url, config=patience
        )

    def has(self, kek_id: str) -> bool:
        """Whether it is a configured KMS key."""
        return kek_id.startswith(_PREFIX) and kek_id.removeprefix(_PREFIX) in self._known

    async def current(self) -> str:
        return _PREFIX + self._key_id

    async def wrap(self, plain: bytes, context: KeyContext) -> Wrapped:
        blob = await self._call("encrypt", "CiphertextBlob", self._key_id, context, {"Plaintext": plain})
        return Wrapped(_PREFIX + self._key_id, blob)

    async def unwrap(self, wrapped: Wrapped, context: KeyContext) -> bytes:
        """KMS Decrypt, by the key that the row names and no other."""
        key_id = wrapped.kek_id.removeprefix(_PREFIX)
        plain: bytes = await self._call(
            "decrypt", "Plaintext", key_id, context, {"CiphertextBlob": wrapped.blob}
        )
        return plain

    def _ask(
        self, verb: str, wanted: str, key_id: str, context: KeyContext, values: dict[str, bytes]
    ) -> bytes:
        encryption_context = {
            "purpose": "pazpaz-data-key",
            "workspace": str(context.workspace_id),
            "number": str(context.number),
        }
        try:
            answer = getattr(self._client, verb)(KeyId=key_id, EncryptionContext=encryption_context, **values)
            return bytes(answer[wanted])
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            kind = KeyUnreachableError if code in _FOR_NOW else KeyRefusedError
            raise kind(code or "an error without a code") from None
        except BotoCoreError as error:
            raise KeyUnreachableError(type(error).__name__) from None
        except (KeyError, TypeError, ValueError):
            raise KeyRefusedError("what answers there is not KMS") from None

    async def close(self) -> None:
        await super().close()
        self._client.close()
