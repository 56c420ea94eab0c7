"""Names of output files: a template users write, and the name made of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from pipeline_exec.errors import WriteFileFailure

PLACEHOLDERS = ("pipeline", "source_stem", "execution_id", "date", "time")
DEFAULT_TEMPLATE = "{source_stem}_{execution_id}"

#: Bytes one value may take, so that a long one cannot push another out of the name.
VALUE_BYTES = 80
#: File systems take 255 bytes; the rest is room for the extension and for `` (12)`` of a further version.
NAME_BYTES = 230

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
#: Separators and what Windows and its shares refuse, see "Naming Files, Paths, and Namespaces" at learn.microsoft.com.
_RESERVED = re.compile(r'[/\\<>:"|?*]')


def checked_template(template: str) -> str:
    """The template as it is.

    Raises:
        ValueError: it has an unknown placeholder or a path separator.
    """
    unknown = sorted(set(_PLACEHOLDER.findall(template)) - set(PLACEHOLDERS))
    if unknown:
        known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"there is no {{{unknown[0]}}}; a file name can have {known}")
    if "/" in template or "\\" in template:
        raise ValueError("a file name has no folders in it; set the folder on the connector")
    return template


FileNameTemplate = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(checked_template)]
"""Text with placeholders such as ``{source_stem}``, validated."""


def render_file_name(template: str | None, values: Mapping[str, str]) -> str:
    """The name, without its extension, for one execution's output.

    Whatever the values hold, the name is one path component that every common file system takes: not empty, not
    hidden, at most 230 bytes of UTF-8, without separators, control characters, or dots and blanks at its ends.

    Args:
        template: Text with placeholders; None for ``{source_stem}_{execution_id}``.
        values: A text for each placeholder.

    Raises:
        WriteFileFailure: the template has an unknown placeholder or a path separator.
    """
    template = DEFAULT_TEMPLATE if template is None else template
    try:
        checked_template(template)
    except ValueError as error:
        raise WriteFileFailure(
            f"The file name {template!r} cannot be used: {error}.", "Correct file_name in the output options."
        ) from None
    name = _PLACEHOLDER.sub(lambda match: _shortened(plain_name(values[match[1]]), VALUE_BYTES), template)
    return plain_name(_shortened(plain_name(name), NAME_BYTES)) or "output"


def plain_name(text: str) -> str:
    """The text as one path component, reserved characters replaced by ``_``; empty when nothing is left."""
    text = unicodedata.normalize("NFC", text)
    printable = "".join("_" if unicodedata.category(character)[0] == "C" else character for character in text)
    return _RESERVED.sub("_", printable).strip(". ")


def _shortened(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")
