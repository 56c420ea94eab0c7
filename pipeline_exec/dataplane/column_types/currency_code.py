"""Currencies."""

from __future__ import annotations

from pipeline_exec.dataplane.column_types.countries import CURRENCIES
from pipeline_exec.dataplane.column_types.listed_code import ListedCodeType


class CurrencyCodeType(ListedCodeType):
    """A currency of ISO 4217 by its three letters, in any case: ``EUR``. Currencies withdrawn are refused.

    With the ``input_formats`` or the ``output_format`` ``numeric`` its number (``978``) is read too, and with the
    latter shown.
    """

    name = "currency_code"
    expectation = "a currency of ISO 4217 like EUR"
    forms = CURRENCIES
    always_read = ("alpha-3",)
