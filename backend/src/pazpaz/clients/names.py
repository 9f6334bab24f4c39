"""The one normal form of names and of what is looked for; `web/src/clients/names.ts` is the same in the app."""

import unicodedata

# Accents, niqqud, harakat: marks that are written or left out. The vowel signs of other scripts stay.
_MARKS = (
    (0x300, 0x36F), (0x483, 0x489), (0x591, 0x5BD), (0x5BF, 0x5BF), (0x5C1, 0x5C2), (0x5C4, 0x5C5),
    (0x5C7, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6DC), (0x6DF, 0x6E4),
    (0x6E7, 0x6E8), (0x6EA, 0x6ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
)  # fmt: skip
# Apostrophes, quotes, geresh and gershayim, however they were typed; the abbreviation's dot; the tatweel.
_UNSAID = (
    "'\"`.\u02b9\u02ba\u02bb\u02bc\u02bd\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u05f3\u05f4"
    "\u0640"
)
_PAIRS = (
    # Hebrew: final forms, and the ligatures of Yiddish.
    "ך כ ם מ ן נ ף פ ץ צ װ וו ױ וי ײ יי "
    # Arabic and Persian: forms of one letter.
    "ٱ ا ى ي ة ه ی ي ې ي ک ك ڪ ك ہ ه ھ ه ە ه ۀ ه ۃ ه "
    # Latin letters that do not come apart into a letter and a mark.
    "ß ss æ ae œ oe ø o ł l đ d ð d þ th ħ h ı i ĸ k ŋ n ŧ t ſ s ƀ b ɓ b ƈ c ɖ d ɗ d ə e ɛ e ǝ e ɠ g ǥ g "
    "ɨ i ɩ i ƙ k ƚ l ɫ l ɲ n ƞ n ɔ o ɵ o ƥ p ɍ r ƭ t ʈ t ʉ u ʊ u ʋ v ɏ y ƴ y ƶ z ʒ z ƒ f ɯ u "
    "ς σ"
)
LETTERS = dict(zip(_PAIRS.split()[::2], _PAIRS.split()[1::2], strict=True))
_ZEROS = (0x660, 0x6F0, 0x966, 0xE50)


DIGITS: dict[int, str] = {zero + n: str(n) for zero in _ZEROS for n in range(10)}


def _by_category(point: int) -> str | None:
    kind = unicodedata.category(chr(point))
    return None if kind == "Cf" else " " if kind[0] in "PZ" or kind == "Cc" else chr(point)


class _Table(dict[int, str | None]):
    """What becomes of each character; a rare one is looked up each time, so that the table stays small."""

    def __missing__(self, point: int) -> str | None:
        return _by_category(point)


_TABLE = _Table({point: _by_category(point) for point in range(0x700)})
_TABLE.update(DIGITS)
_TABLE.update({point: None for first, last in _MARKS for point in range(first, last + 1)})
_TABLE.update(dict.fromkeys(map(ord, _UNSAID)))
_TABLE.update({ord(letter): as_found for letter, as_found in LETTERS.items()})


def folded(text: str) -> str:
    """Text as a search compares it: no case, marks, apostrophes or final forms; one space between words."""
    # An acute accent alone is meant as an apostrophe; NFKD would make a space and a mark of it.
    plain = unicodedata.normalize("NFKD", text.replace("\u00b4", "'")).lower()
    return " ".join(plain.translate(_TABLE).split())
