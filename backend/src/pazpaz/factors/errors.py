"""Problems of second factors."""

from pazpaz.core.base.errors import Problem


class FactorNotProved(Problem, status=403):
    """This proves nothing: the code is wrong or was used, or the passkey is none of yours; try again."""


class PasskeyNotValid(Problem, status=401):
    """This passkey signs nobody in here; ask for a link by e-mail instead."""


class TooManyTries(Problem, status=429):
    """Too many wrong codes; wait a quarter of an hour, or use a passkey."""

    def __init__(self) -> None:
        """Say when the next try is taken, at the latest."""
        super().__init__(headers={"Retry-After": "900"})


class ChallengeOver(Problem, status=409):
    """What was asked of the browser has been answered, or is over five minutes old; ask again."""


class LastFactor(Problem, status=409):
    """This practice asks for a second factor, and this is your last one; add another first."""


class TooManyFactors(Problem, status=409):
    """Nobody needs more than twenty second factors; remove one first."""


class PasskeyKnown(Problem, status=409, constraint="uq_factors_passkey_id"):
    """This passkey is known already."""


class EnrolFirst(Problem, status=409):
    """Set up a second factor of your own before you ask everybody for one."""
