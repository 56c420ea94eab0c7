"""The countries of ISO 3166-1 and the currencies of ISO 4217: their codes, and of countries their English names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pycountry

Forms = Mapping[str, Sequence[Sequence[str]]]
"""Forms by name. Of each one or more spellings, every one of them for all members of a list in the same order."""

#: Names that people use and the list of ISO 3166 does not have: shorter ones, and former ones.
_ALSO_CALLED: Final[Mapping[str, str]] = {
    "BN": "Brunei",
    "BS": "The Bahamas",
    "CD": "Democratic Republic of the Congo",
    "CI": "Ivory Coast",
    "CV": "Cape Verde",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "GB": "Great Britain",
    "GM": "The Gambia",
    "MF": "Saint Martin",
    "MK": "Macedonia",
    "MM": "Burma",
    "MO": "Macau",
    "NL": "The Netherlands",
    "PS": "Palestine",
    "RU": "Russia",
    "SH": "Saint Helena",
    "SX": "Sint Maarten",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey",
    "VA": "Vatican City",
}

ALPHA_2: Final = tuple(country.alpha_2 for country in pycountry.countries)

COUNTRIES: Final[Forms] = {
    "alpha-2": [ALPHA_2],
    "alpha-3": [[country.alpha_3 for country in pycountry.countries]],
    "numeric": [[country.numeric for country in pycountry.countries]],
    "name": [
        [getattr(country, "common_name", country.name) for country in pycountry.countries],
        [country.name for country in pycountry.countries],
        [getattr(country, "official_name", country.name) for country in pycountry.countries],
        [_ALSO_CALLED.get(country.alpha_2, country.name) for country in pycountry.countries],
    ],
}
CURRENCIES: Final[Forms] = {
    "alpha-3": [[currency.alpha_3 for currency in pycountry.currencies]],
    "numeric": [[currency.numeric for currency in pycountry.currencies]],
}
"""Those withdrawn are not among them. Names are no form: two currencies have the same."""
