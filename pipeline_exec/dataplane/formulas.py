"""Text that a spreadsheet program would take for a formula.

"CSV Injection", OWASP: https://owasp.org/www-community/attacks/CSV_Injection. A cell that begins with one of a few
characters is evaluated when the file is opened; with an apostrophe in front it is text.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated

#: ``= + - @``, their full-width forms, tab and the line breaks.
_BEGINS_FORMULA: Final = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_MARK: Final = "'"


def neutralised(text: pa.StringArray) -> pa.StringArray:
    """The text, with an apostrophe in front of what a spreadsheet program would evaluate."""
    is_formula = pc.match_substring_regex(text, _BEGINS_FORMULA)
    return pc.if_else(is_formula, concatenated(_MARK, text), text) if is_formula.true_count else text
