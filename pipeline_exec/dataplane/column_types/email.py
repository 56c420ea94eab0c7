"""E-mail addresses."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.string import ShapedType
from pipeline_exec.dataplane.text import concatenated, keep_where, quoted

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
#: RFC 5321, 4.5.3.1: octets of the part before the @, and of a whole path without its angle brackets.
_LONGEST_LOCAL_PART, _LONGEST = 64, 254


class EmailType(ShapedType):
    """An address to which mail can be sent: ``anna.smith@example.com``.

    A dot-atom of RFC 5321 before the @, a domain of two labels or more behind it. What the RFC allows but no mail
    provider does is refused: quoted local parts, addresses of networks, comments. So are letters other than ``a`` to
    ``z``, which few can send to; international domains are written as in ``anna@xn--mller-kva.de``.
    """

    name = "email"
    expectation = "an e-mail address like name@example.com"
    pattern: ClassVar[str] = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        return _without_overlong(super().read(text))

    def complaints(self, text: pa.StringArray) -> pa.StringArray:
        foreign = concatenated(
            *(quoted(text), f" is not {self.expectation}: of letters only a to z may be in one."),
            " A domain with others has a name of these letters too, which begins with xn--.",
        )
        is_foreign = pc.and_(pc.match_substring(text, "@"), pc.invert(pc.string_is_ascii(text)))
        return pc.if_else(is_foreign, foreign, super().complaints(text))


def _without_overlong(text: pa.StringArray) -> pa.StringArray:
    # The parts of a short address are short.
    is_long = pc.greater(pc.binary_length(text), 63)
    if not is_long.true_count:
        return text
    is_overlong = pc.or_(
        pc.greater(pc.binary_length(text), _LONGEST),
        pc.or_(
            pc.greater(pc.find_substring(text, "@"), _LONGEST_LOCAL_PART),
            pc.match_substring_regex(text, r"@.*[^.@]{64}"),
        ),
    )
    return keep_where(pc.invert(is_overlong), text)
