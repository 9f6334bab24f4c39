"""What a member says about their digest."""

import re
from typing import Annotated

from pydantic import AfterValidator, StrictBool, StringConstraints

from pazpaz.core.http.schemas import Body, unset

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _time_of_day(text: str) -> str:
    if _TIME.fullmatch(text) is None:
        raise ValueError("must be a time of day such as 18:00")
    return text


TimeOfDay = Annotated[str, StringConstraints(max_length=5), AfterValidator(_time_of_day)]


class DigestPreferenceUpdate(Body):
    """Changes of what one is mailed; a field left out stays."""

    is_active: StrictBool = unset()
    send_time: TimeOfDay = unset()
    answers_at_once: StrictBool = unset()
