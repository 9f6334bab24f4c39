"""Phone numbers: how a practice dials, how one is shown, and which one a search means.

The numbers that are kept are read by `phonenumbers`; what is typed, by the few rules of `Dialling`, which the app
has too (`web/src/clients/phones.ts`) and which can tell a number that is only begun.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from pazpaz.accounts.models import Locale
from pazpaz.clients.names import DIGITS
from pazpaz.core.db.entity import row

_BETWEEN = r"\s().\u00b7\-\u2010-\u2015\u2212\u30fb"
_CHUNK = re.compile(rf"(?:\+[\s(]{{0,2}})?[0-9][0-9{_BETWEEN}]*")
_TYPED = re.compile(rf"(?:tel:)?[0-9{_BETWEEN}+/,;*#]*", re.IGNORECASE)
_PLAIN = re.compile(rf"[0-9{_BETWEEN}+/]+")
_NO_DIGIT = re.compile("[^0-9]+")
_WHOLE = 7  # fewer digits are a part of a number, and nothing is known of which part
_LEAST = 3  # fewer are part of every number
_COUNTRY_OF = {Locale.HE: "IL"}  # of a practice whose zone is nowhere, such as UTC


@row
class Dialling:
    """How numbers are dialled where the practice is: what tells a number of one's own country from others."""

    country: str | None
    calling_code: str
    trunk_prefix: str
    exit_codes: list[str]


@dataclass(frozen=True, slots=True)
class Number:
    """One number: all its digits with the country's code, and those that are dialled at home; empty if unknown."""

    international: str
    national: str
    is_home: bool


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    folder = resources.files("tzdata.zoneinfo")
    lines = [line.split("\t") for line in folder.joinpath("zone.tab").read_text().splitlines()]
    found = {fields[2]: fields[0] for fields in lines if len(fields) > 2 and not fields[0].startswith("#")}
    for line in folder.joinpath("tzdata.zi").read_text().splitlines():
        if line.startswith("L "):
            _, target, name = line.split()
            if target in found:
                found.setdefault(name, found[target])
    return found


def dialling_in(practice: str) -> Dialling:
    """Return it for a practice as the search's index tells it: its zone and its language."""
    zone, _, locale = practice.partition(" ")
    return dialling_of(zone, Locale(locale))


@lru_cache(maxsize=500)
def dialling_of(zone: str, locale: Locale) -> Dialling:
    """How a practice of this time zone dials; one that is nowhere is where its language is."""
    country = _zones().get(zone) or _COUNTRY_OF.get(locale)
    known = PhoneMetadata.metadata_for_region(country) if country else None
    if known is None:
        return Dialling(None, "", "", ["00"])
    own = _NO_DIGIT.sub("", known.preferred_international_prefix or "") or known.international_prefix or ""
    exits = ["00", own] if own.isdigit() and own != "00" else ["00"]
    return Dialling(country, str(known.country_code), known.national_prefix or "", exits)


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", text)


def _cleaned(text: str) -> str:
    """Without the marks that phones copy along, and with everybody's digits as ours."""
    plain = unicodedata.normalize("NFKC", text).translate(DIGITS)
    return "".join(char for char in plain if unicodedata.category(char) != "Cf").strip()


def shown(typed: str, dialling: Dialling) -> str:
    """Return a phone field in national form, or with a country's code that is not one's own; else as it was typed."""
    text = _cleaned(typed)
    if _PLAIN.fullmatch(text) and (whole := _read(text, dialling)):
        return whole
    for found in reversed(list(phonenumbers.PhoneNumberMatcher(text, dialling.country))):
        text = text[: found.start] + _formatted(found.number, dialling) + text[found.end :]
    return text


def _read(text: str, dialling: Dialling) -> str | None:
    try:
        number = phonenumbers.parse(text, dialling.country)
    except phonenumbers.NumberParseException:
        return None
    return _formatted(number, dialling) if phonenumbers.is_valid_number(number) else None


def _formatted(number: PhoneNumber, dialling: Dialling) -> str:
    is_home = str(number.country_code) == dialling.calling_code
    form = PhoneNumberFormat.NATIONAL if is_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def numbers_in(text: str, dialling: Dialling) -> list[Number]:
    """Return the numbers of a phone field as it is shown, or of a search."""
    return [_number(chunk, dialling) for chunk in _CHUNK.findall(_cleaned(text))]


def _number(chunk: str, dialling: Dialling) -> Number:
    code, trunk, digits = dialling.calling_code, dialling.trunk_prefix, _digits(chunk)
    if chunk.startswith("+"):
        return _abroad(_digits(chunk.replace("(0)", "")), dialling, _digits(chunk.partition(" ")[2]))
    if len(digits) < _WHOLE:
        return Number("", digits, is_home=False)
    for prefix in dialling.exit_codes:
        if digits.startswith(prefix):
            return _abroad(digits.removeprefix(prefix), dialling, "")
    if trunk and digits.startswith(trunk):
        return Number(code + digits.removeprefix(trunk), digits, is_home=True)
    return Number(code and code + digits, digits, is_home=bool(code))


def _abroad(digits: str, dialling: Dialling, national: str) -> Number:
    code, trunk = dialling.calling_code, dialling.trunk_prefix
    if not code or not digits.startswith(code):
        return Number(digits, national, is_home=False)
    # No number of a country whose trunk prefix is 0 begins with it; one of Russia may begin with 8.
    rest = digits.removeprefix(code)
    rest = rest.removeprefix(trunk) if trunk == "0" else rest
    return Number(code + rest, trunk + rest, is_home=True)


@dataclass(frozen=True, slots=True)
class WantedNumber:
    """A number that is looked for: how it begins with its country's code, or a part of it."""

    beginning: str
    part: str

    def fits(self, number: Number) -> bool:
        """Whether it is this number, begins it or is a part of it."""
        if self.beginning and number.international.startswith(self.beginning):
            return True
        if not self.part:
            return False
        # All digits of somebody abroad are never the end of another number.
        if len(self.part) < _WHOLE or number.is_home:
            return self.part in number.national
        return number.national.startswith(self.part)


def wanted_in(typed: str, dialling: Dialling) -> list[WantedNumber]:
    """Return the numbers that a search means; none where it is something else."""
    text = _cleaned(typed)
    chunks = _CHUNK.findall(text) if _TYPED.fullmatch(text) else []
    if any(len(_digits(chunk)) < _LEAST for chunk in chunks):
        return []
    return [_wanted(chunk, dialling) for chunk in chunks]


def _wanted(chunk: str, dialling: Dialling) -> WantedNumber:
    digits, is_whole = _digits(chunk), len(_digits(chunk)) >= _WHOLE
    prefixes = (*dialling.exit_codes, dialling.trunk_prefix or "+")
    if chunk.startswith("+") or (is_whole and digits.startswith(prefixes)):
        return WantedNumber(_number(chunk, dialling).international, "")
    return WantedNumber(digits if is_whole else "", digits)
