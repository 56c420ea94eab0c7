"""Names of months in the languages in which dates are read. In no two of them does a name mean different months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

Names = Sequence[str]
"""Names of the twelve months of a year, in their order; several names of a month are separated by slashes."""


def _year(names: str) -> Names:
    return names.split()


LONG: Final[Sequence[Names]] = (
    _year("January February March April May June July August September October November December"),
    _year("Januar/Jänner Februar März April Mai Juni Juli August September Oktober November Dezember"),
    _year("janvier février/fevrier mars avril mai juin juillet août/aout septembre octobre novembre décembre/decembre"),
    _year("enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre"),
    _year("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
    _year("januari februari maart april mei juni juli augustus september oktober november december"),
    _year("janeiro fevereiro março/marco abril maio junho julho agosto setembro outubro novembro dezembro"),
)
"""English first, which is also written; then German, French, Spanish, Italian, Dutch and Portuguese."""

SHORT: Final[Sequence[Names]] = (
    _year("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    _year("Jan/Jän Feb Mär/Mrz/März Apr Mai Jun/Juni Jul/Juli Aug Sep/Sept Okt Nov Dez"),
    _year("janv févr/fevr mars avr mai juin juil août/aout sept oct nov déc/dec"),
    _year("ene feb mar abr may jun jul ago sep/sept oct nov dic"),
    _year("gen feb mar apr mag giu lug ago set ott nov dic"),
    _year("jan feb mrt apr mei jun jul aug sep okt nov dec"),
    _year("jan fev mar abr mai jun jul ago set out nov dez"),
)
"""The same languages, without full stops."""
