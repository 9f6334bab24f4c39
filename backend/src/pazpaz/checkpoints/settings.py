"""Settings of the audit log's checkpoints."""

from typing import Annotated

from pydantic import AfterValidator, Field

from pazpaz.core.base.config import Key, Settings, key_of


def _public_keys(value: str) -> str:
    """Ed25519 public keys."""
    for text in filter(None, value.split(",")):
        try:
            key_of(text.strip())
        except ValueError:
            raise ValueError("must be public keys of 32 bytes in base64, with commas") from None
    return value


class CheckpointSettings(Settings):
    """What signs the checkpoints, whose are believed, and how often one is made."""

    audit_signing_key: Key = Field(
        description="Signs the audit log's checkpoints; 32 random bytes in base64."
    )
    audit_public_keys: Annotated[str, AfterValidator(_public_keys)] = Field(
        default="",
        description="Public keys of earlier checkpoints, in base64 with commas, after a change of key.",
    )
    audit_checkpoint_seconds: int = Field(
        default=5, ge=1, le=30, description="Between two passes that make audit checkpoints."
    )
