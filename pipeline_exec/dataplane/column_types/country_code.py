"""Countries."""

from __future__ import annotations

from pipeline_exec.dataplane.column_types.countries import COUNTRIES
from pipeline_exec.dataplane.column_types.listed_code import ListedCodeType


class CountryCodeType(ListedCodeType):
    """A country of ISO 3166-1 by its two or three letters, in any case: ``DE``, ``deu``. The two letters are kept.

    With the ``input_formats`` ``numeric`` and ``name`` its number (``276``) and its English names are read too. Shown
    it is in the ``output_format`` ``alpha-2``, ``alpha-3``, ``numeric`` or ``name``, which is also read.
    """

    name = "country_code"
    expectation = "a country of ISO 3166 like DE or DEU"
    forms = COUNTRIES
    always_read = ("alpha-2", "alpha-3")
