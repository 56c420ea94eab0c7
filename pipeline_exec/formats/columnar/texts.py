"""Typed columns as text, in the form that the column types of a target data model read back."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from pipeline_exec.dataplane.json_cells import json_key, json_strings
from pipeline_exec.dataplane.text import concatenated


class NoText(Exception):
    """A type of which no text is made."""


def text_of(column: pa.Array) -> pa.StringArray:
    """The text of each value; null where there is none.

    Numbers have all their digits, dates and times are ISO 8601 (with ``Z`` where they name an instant), bytes are
    Base64, truth values words. Lists, maps and structs are JSON text.

    Raises:
        NoText: of this type none is made.
    """
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _uuids(column.storage) if kind.extension_name == "arrow.uuid" else text_of(column.storage)
    if types.is_dictionary(kind):
        return text_of(column.dictionary_decode())
    made = next((made for is_such, made in _TEXTS if is_such(kind)), None)
    if made is None:
        raise NoText(str(kind))
    return made(column)


def _json_of(column: pa.Array) -> pa.StringArray:
    """The JSON text of each value, without spaces; ``null`` where there is none."""
    kind = column.type
    text = text_of(column)
    if types.is_floating(kind):
        text = pc.if_else(pc.is_finite(column), text, json_strings(text))
    elif not (_is_number(kind) or types.is_boolean(kind) or types.is_nested(kind)):
        text = json_strings(text)
    return pc.fill_null(text, "null")


def _is_number(kind: pa.DataType) -> bool:
    return bool(types.is_integer(kind) or types.is_decimal(kind))


def _cast(column: pa.Array) -> pa.StringArray:
    return column.cast(pa.string())


def _half_floats(column: pa.Array) -> pa.StringArray:
    return _cast(column.cast(pa.float32()))


def _decimals(column: pa.Array) -> pa.StringArray:
    text = _cast(column)
    has_exponent = pc.match_substring(text, "E")
    return _replaced(text, has_exponent, [format(Decimal(cell), "f") for cell in _where(text, has_exponent)])


def _times(column: pa.Array) -> pa.StringArray:
    """Without the zeros at the end of a fraction."""
    return pc.replace_substring_regex(_cast(column), r"\.?0*$", "") if column.type.unit != "s" else _cast(column)


def _timestamps(column: pa.Array) -> pa.StringArray:
    unit, zone = column.type.unit, column.type.tz
    text = pc.replace_substring(_cast(column.cast(pa.timestamp(unit))), " ", "T", max_replacements=1)
    if unit != "s":
        text = pc.replace_substring_regex(text, r"\.?0*$", "")
    return concatenated(text, "Z") if zone else text


def _durations(column: pa.Array) -> pa.StringArray:
    """Seconds, with as many decimals as it takes."""
    scale = _DECIMALS[column.type.unit]
    count = column.cast(pa.int64()).to_pylist()
    return pa.array([each if each is None else _seconds(each, scale) for each in count], pa.string())


def _seconds(count: int, decimals: int) -> str:
    text = format(Decimal(count).scaleb(-decimals), "f")
    return text.rstrip("0").rstrip(".") if decimals else text


def _bytes(column: pa.Array) -> pa.StringArray:
    cells = column.cast(pa.large_binary()).to_pylist()
    return pa.array([cell if cell is None else base64.b64encode(cell).decode() for cell in cells], pa.string())


def _uuids(column: pa.Array) -> pa.StringArray:
    return pa.array([cell if cell is None else str(UUID(bytes=cell)) for cell in column.to_pylist()], pa.string())


def _lists(column: pa.Array) -> pa.StringArray:
    return concatenated("[", _joined(column, _json_of(column.flatten())), "]")


def _maps(column: pa.MapArray) -> pa.StringArray:
    filled = column.cast(pa.list_(pa.struct([("key", column.type.key_type), ("value", column.type.item_type)])))
    keys, values = filled.flatten().flatten()
    names = json_strings(pc.fill_null(text_of(keys), ""))
    return concatenated("{", _joined(filled, concatenated(names, ":", _json_of(values))), "}")


def _joined(lists: pa.Array, texts: pa.StringArray) -> pa.StringArray:
    """The texts of each list with commas between them; ``texts`` are those of what the lists hold, one by one."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).cast(pa.int32())
    ends = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
    joined = pc.binary_join(pa.ListArray.from_arrays(ends, texts), ",")
    return pc.if_else(lists.is_valid(), joined, None)


def _structs(column: pa.StructArray) -> pa.StringArray:
    pieces: list[pa.StringArray | str] = []
    for field, values in zip(column.type, column.flatten(), strict=True):
        pieces += [f"{',' if pieces else '{'}{json_key(field.name)}:", _json_of(values)]
    text = concatenated(*pieces, "}") if pieces else pa.array(["{}"] * len(column), pa.string())
    return pc.if_else(column.is_valid(), text, None)


def _where(text: pa.StringArray, condition: pa.BooleanArray) -> list[str]:
    return text.filter(condition).to_pylist() if condition.true_count else []


def _replaced(text: pa.StringArray, condition: pa.BooleanArray, others: Sequence[str]) -> pa.StringArray:
    if not others:
        return text
    return pc.replace_with_mask(text, pc.fill_null(condition, False), pa.array(others, pa.string()))


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind) or types.is_null(kind)
    )


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    )


def _is_list(kind: pa.DataType) -> bool:
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


_DECIMALS: Final = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_TEXTS: Final[Sequence[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.StringArray]]]] = (
    (_is_text, _cast),
    (types.is_integer, _cast),
    (types.is_boolean, _cast),
    (types.is_float16, _half_floats),
    (types.is_floating, _cast),
    (types.is_decimal, _decimals),
    (types.is_date, _cast),
    (types.is_time, _times),
    (types.is_timestamp, _timestamps),
    (types.is_duration, _durations),
    (_is_bytes, _bytes),
    (types.is_map, _maps),
    (_is_list, _lists),
    (types.is_struct, _structs),
)
