"""Format codes: what a workbook says of how numbers are shown (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from itertools import takewhile
from typing import Final


class Calendar(Enum):
    """What of a moment is shown."""

    DATE = auto()
    TIME = auto()
    MOMENT = auto()
    DURATION = auto()


@dataclass(frozen=True)
class Digits:
    """How a number is shown in digits."""

    whole: int = 1
    """How many digits stand before the decimal point at least."""
    least_decimals: int = 0
    most_decimals: int = 0
    percent: int = 0
    """How many percent signs are shown: for each the number is a hundred times as large."""
    thousands: bool = False
    """Whether they are grouped."""
    scale: int = 0
    """How many times the number is divided by a thousand."""
    among: tuple[tuple[int, str], ...] = ()
    """What stands among the digits before the decimal point, by how many digits stand behind it."""
    before: str = ""
    """What stands before the number, such as ``€``."""
    after: str = ""


Look = Calendar | Digits | None
"""None: with as many digits as the number has."""
Looks = Sequence[tuple[Look, Look]]
"""For each style of a workbook how numbers are shown that are not negative, and those that are."""

#: The codes that no workbook spells out, by their number; those of some East-Asian editions of Excel are all dates.
BUILT_IN: Final[Mapping[int, str]] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    41: "#,##0",
    42: "#,##0",
    43: "#,##0.00",
    44: "#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys([*range(27, 32), 36, *range(50, 59)], "yyyy-mm-dd"),
    **dict.fromkeys(range(32, 36), "h:mm:ss"),
}

_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<half>(?i:am/pm|a/p))|(?P<general>(?i:general|standard))|(?P<exponent>[Ee][+-])|(?P<other>.)",
    re.DOTALL,
)
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CURRENCY: Final = re.compile(r"\$([^-]*)(?:-.*)?")
_CONDITION: Final = re.compile(r"[<>=]")
_DIGIT: Final = re.compile(r"[0#?]")
_CALENDAR_LETTERS: Final = frozenset("ymdhsbe")
#: The day of the week in Chinese and Japanese workbooks.
_WEEKDAY: Final = "aaa"
_Token = tuple[str, str]
#: Among digits these change the number and are not shown themselves.
_SIGNS: Final = frozenset({("other", ","), ("other", "%")})


@cache
def look_of(code: str) -> tuple[Look, Look]:
    """How numbers are shown that are not negative, and those that are; a negative one is given without its sign.

    What is no plain row of digits (fractions, powers of ten, conditions) is shown with all digits.
    """
    sections = _sections(code)
    positive = _look(sections[0])
    if isinstance(positive, Calendar) or len(sections) < 2:
        return positive, _signed(positive)
    return positive, _look(sections[1])


def _signed(look: Look) -> Look:
    return Digits(**{**vars(look), "before": "-" + look.before}) if isinstance(look, Digits) else look


def _sections(code: str) -> list[list[_Token]]:
    sections: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(code):
        name = str(match.lastgroup)
        if (name, match[0]) == ("other", ";"):
            sections.append([])
        else:
            sections[-1].append((name, match[name]))
    return sections


def _look(tokens: list[_Token]) -> Look:
    if any(name == "bracket" and _CONDITION.search(text) for name, text in tokens):
        return None
    return _calendar(tokens) or _digits(tokens)


def _calendar(tokens: list[_Token]) -> Calendar | None:
    if any(name == "bracket" and _ELAPSED.fullmatch(text) for name, text in tokens):
        return Calendar.DURATION
    others = "".join(text.lower() if name == "other" else "/" for name, text in tokens if name in {"other", "half"})
    letters = {letter for letter in others if letter in _CALENDAR_LETTERS} | ({"d"} if _WEEKDAY in others else set())
    has_half = any(name == "half" for name, _ in tokens)
    if any(name in {"general", "exponent"} for name, _ in tokens) or not (letters or has_half):
        return None
    has_time = has_half or not letters.isdisjoint("hs")
    # Months beside a time alone are minutes.
    has_date = not letters.isdisjoint("ydbe") or not has_time or "mmm" in others
    return Calendar.MOMENT if has_date and has_time else Calendar.DATE if has_date else Calendar.TIME


def _digits(tokens: list[_Token]) -> Digits | None:
    places = [at for at, (name, text) in enumerate(tokens) if name == "other" and _DIGIT.fullmatch(text)]
    if not places or any(name in {"general", "exponent"} for name, _ in tokens):
        return None
    first, last = places[0], places[-1]
    if any(token == ("other", "/") for token in tokens[first:]):
        return None
    number = "".join(text for name, text in tokens[first : last + 1] if name == "other")
    whole, _, decimals = number.partition(".")
    rest = tokens[last + 1 :]
    scale = next((at for at, token in enumerate(rest) if token != ("other", ",")), len(rest))
    return Digits(
        whole=whole.count("0"),
        least_decimals=decimals.count("0"),
        most_decimals=len(_DIGIT.findall(decimals)),
        percent=sum(token == ("other", "%") for token in tokens),
        thousands="," in whole,
        scale=scale,
        among=_among(tokens[first : last + 1]),
        before=_literal(tokens[:first]).lstrip(),
        after=_literal(rest[scale:]).rstrip(),
    )


def _among(tokens: list[_Token]) -> tuple[tuple[int, str], ...]:
    """What is shown as it stands among the digits of a number, as in ``000-00-0000``."""
    whole = list(takewhile(lambda token: token != ("other", "."), tokens))
    is_digit = [name == "other" and _DIGIT.fullmatch(text) is not None for name, text in whole]
    texts = [("" if digit or token in _SIGNS else _shown(token)) for digit, token in zip(is_digit, whole, strict=True)]
    return tuple((sum(is_digit[at:]), text) for at, text in enumerate(texts) if text)


def _literal(tokens: list[_Token]) -> str:
    """What is shown as it stands; a space for what only takes room."""
    return "".join(map(_shown, tokens))


def _shown(token: _Token) -> str:
    name, text = token
    if name == "bracket":
        currency = _CURRENCY.fullmatch(text)
        return currency[1] if currency else ""
    return {"space": " ", "fill": ""}.get(name, text)
