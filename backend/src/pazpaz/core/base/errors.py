"""Problems: every way a request can fail, as typed errors with one sentence each."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

type_name = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Problem(Exception):  # noqa: N818 (its subclasses are named for what the client reads)
    """The request could not be carried out."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "Problem"
    members: ClassVar[Mapping[str, Any]] = {}
    by_constraint: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls, *, status: int, constraint: str | None = None, **members: Any) -> None:
        """Name the problem after its class and tie it to the database constraint it stands for.

        `members` are what its document has besides, with their types.
        """
        super().__init_subclass__()
        words = type_name.sub(" ", cls.__name__)
        cls.status = status
        cls.members = members
        cls.title = words.capitalize()
        cls.slug = words.lower().replace(" ", "-")
        if constraint is not None:
            Problem.by_constraint[constraint] = cls

    def __init__(
        self, *, headers: Mapping[str, str] | None = None, **extra: str | int | list[str] | None
    ) -> None:
        """`extra` are the values of its members: ids and counts, never what a client sent. None is left out."""
        super().__init__(self.slug)
        if undeclared := extra.keys() - self.members.keys():
            raise TypeError(f"{type(self).__name__} does not declare {sorted(undeclared)}")
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def detail(self) -> str:
        """The sentence a person reads: the class's own docstring."""
        return (self.__doc__ or "").strip()


class BadRequest(Problem, status=400):
    """The request is malformed."""


class NotAuthenticated(Problem, status=401):
    """Sign in, or send a valid API token."""

    def __init__(self) -> None:
        """Name the scheme, as RFC 9110 asks of a 401."""
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class CrossSiteRequest(Problem, status=403):
    """The request came from another site."""


class NotFound(Problem, status=404):
    """Nothing with this id exists here."""


class MethodNotAllowed(Problem, status=405):
    """This address does not take that method."""


class NotAcceptable(Problem, status=406):
    """Only application/json can be answered here."""


class StaleVersion(Problem, status=412):
    """The resource has changed since you read it; read it again."""


class ContentTooLarge(Problem, status=413, max_file_size=int | None):
    """The request body is too large."""


class UnsupportedMediaType(Problem, status=415):
    """Send the body as application/json."""


class InvalidInput(Problem, status=422):
    """Some fields cannot be accepted."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """`errors` is a list of {"pointer", "detail"}, without the values themselves."""
        super().__init__()
        self.errors = errors

    @classmethod
    def of(cls, pointer: str, detail: str) -> "InvalidInput":
        """Return the common case of one field."""
        return cls([{"pointer": pointer, "detail": detail}])


class TooManyRequests(Problem, status=429):
    """Too many requests; wait as long as Retry-After says."""

    def __init__(self, seconds: int, rate: tuple[bytes, bytes]) -> None:
        """`seconds` until the window ends; `rate` are the RateLimit headers."""
        super().__init__(headers={"Retry-After": str(seconds)})
        self.rate = rate


class RoleNotAllowed(Problem, status=403):
    """Your role in this practice does not allow it."""


class SignInLocked(Problem, status=403):
    """You were away for a while, or locked it: prove your second factor at /auth/prove, or sign in anew."""


class SecondFactorRequired(Problem, status=403):
    """This practice asks for a second factor: prove it at /auth/prove, or set one up at /auth/factors."""


class StepUpRequired(Problem, status=403):
    """This needs a fresh proof of who you are: prove your second factor again, or sign in anew."""


class InternalError(Problem, status=500):
    """Something went wrong on our side; it has been recorded."""


class Unavailable(Problem, status=503):
    """A service this needs does not answer right now; try again shortly."""

    def __init__(self) -> None:
        """Ask to come back in a second: long enough to reconnect, short enough for a person."""
        super().__init__(headers={"Retry-After": "1"})
