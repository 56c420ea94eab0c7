"""The two spellings of date formats: tokens (``DD.MM.YYYY HH:mm``) and strptime (``%d.%m.%Y %H:%M``).

| token         | strptime     | what                                      |
|---------------|--------------|-------------------------------------------|
| YYYY, YY      | %Y, %y       | year; YY lies between 1969 and 2068       |
| MM, M         | %m, %-m      | month with and without a leading zero     |
| MMM, MMMM     | %b, %B       | Jan, January                              |
| DD, D         | %d, %-d      | day                                       |
| HH, H         | %H, %-H      | hour of 24                                |
| hh, h with A  | %I, %-I, %p  | hour of 12 with AM or PM; a is am or pm   |
| mm, ss        | %M, %S       | minute, second                            |
| SSS           | %f           | milliseconds; %f: 1 to 9 digits           |
| Z, ZZ         | %z           | Z, +01, +0100 or +01:00                   |
| [text]        | %%           | text as it stands                         |

``MM`` insists on its leading zero; ``%m`` writes it and reads without it too, as Python's does. Names of months are
written in English, and read in Dutch, English, French, German, Italian, Portuguese and Spanish, whatever the locale of
the process: ``MMM`` reads ``Dez`` and ``déc``, ``MMMM`` reads ``Dezember`` and ``décembre``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pipeline_exec.dataplane.date_parts import Digits, Fraction, HalfDay, Literal, MonthName, Part, ShortYear, Zone
from pipeline_exec.dataplane.moments import Field
from pipeline_exec.dataplane.month_names import LONG, SHORT

HINT: Final = "Formats look like DD.MM.YYYY HH:mm:ss or %d.%m.%Y %H:%M:%S; other words stand in [brackets]."


def parts_of(text: str) -> Iterator[Part]:
    """The parts of a format in either spelling; a percent sign tells which it is.

    Raises:
        ValueError: something in it is not known; the message is a sentence for its author.
    """
    pattern, symbols = (_DIRECTIVE, _DIRECTIVES) if "%" in text else (_TOKEN, _TOKENS)
    for match in pattern.finditer(text):
        symbol = match["symbol"]
        if symbol is None:
            yield Literal(match["quoted"] or match[0])
        elif symbol in symbols:
            yield symbols[symbol]
        else:
            raise ValueError(f"{text!r} holds {symbol!r}, which is not known. {HINT}")


#: A run of one letter is a symbol, except T, which stands between date and time.
_TOKEN: Final = re.compile(r"\[(?P<quoted>[^\]]+)\]|(?P<symbol>(?!T)([A-Za-z])\3*)|T|\[|[^A-Za-z\[]+")
_DIRECTIVE: Final = re.compile(r"%(?P<quoted>%)|(?P<symbol>%-?.?)|[^%]+")

_TOKENS: Final[Mapping[str, Part]] = {
    "YYYY": Digits(Field.YEAR, 4),
    "YY": ShortYear(),
    "MM": Digits(Field.MONTH, 2),
    "M": Digits(Field.MONTH, 1, 2),
    "MMM": MonthName(SHORT),
    "MMMM": MonthName(LONG),
    "DD": Digits(Field.DAY, 2),
    "D": Digits(Field.DAY, 1, 2),
    "HH": Digits(Field.HOUR, 2),
    "H": Digits(Field.HOUR, 1, 2),
    "hh": Digits(Field.HALF_DAY_HOUR, 2),
    "h": Digits(Field.HALF_DAY_HOUR, 1, 2),
    "mm": Digits(Field.MINUTE, 2),
    "ss": Digits(Field.SECOND, 2),
    "SSS": Fraction(3),
    "A": HalfDay("AM", "PM"),
    "a": HalfDay("am", "pm"),
    "Z": Zone("+00:00"),
    "ZZ": Zone("+0000"),
}
_DIRECTIVES: Final[Mapping[str, Part]] = {
    "%Y": _TOKENS["YYYY"],
    "%y": _TOKENS["YY"],
    "%m": Digits(Field.MONTH, 2, 1),
    "%-m": _TOKENS["M"],
    "%b": _TOKENS["MMM"],
    "%B": _TOKENS["MMMM"],
    "%d": Digits(Field.DAY, 2, 1),
    "%-d": _TOKENS["D"],
    "%H": Digits(Field.HOUR, 2, 1),
    "%-H": _TOKENS["H"],
    "%I": Digits(Field.HALF_DAY_HOUR, 2, 1),
    "%-I": _TOKENS["h"],
    "%M": Digits(Field.MINUTE, 2, 1),
    "%S": Digits(Field.SECOND, 2, 1),
    "%f": Fraction(6, 1, 2, 3, 4, 5, 7, 8, 9),
    "%p": _TOKENS["A"],
    "%z": _TOKENS["ZZ"],
}
