"""Finding codes: every name a finding can have, what it means and how it is mended. They are never renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline_exec.model.target_model import ColumnType


class Family(StrEnum):
    """What a finding is about."""

    ROW = "row"
    """The row of the file: it has fewer or more cells than there are columns."""
    PRESENCE = "presence"
    """Whether a cell is there."""
    TYPE = "type"
    """Whether a text is of the type of its column."""
    VALUE = "value"
    """Whether a value is one of those allowed."""
    TABLE = "table"
    """How a value stands to others of its row or column."""
    SERVICE = "service"
    """What a service of yours says."""


@dataclass(frozen=True)
class FindingCode:
    """A code, as it is explained to whoever finds it in a report."""

    code: str
    family: Family
    title: str
    meaning: str
    """What is wrong with the cell, and what is not; in sentences."""
    remedy: str
    """What the sender of the file, or the author of the target, can do."""


#: Of each type: what its title says the cell is not, what is read, and what else to do than correct the file.
_TYPES: Final[Mapping[ColumnType, tuple[str, str, str]]] = {
    ColumnType.STRING: ("a text", "Every text is one, so that this never happens.", "Report it: it is a defect."),
    ColumnType.INT: (
        "a whole number",
        "Read are digits with or without a sign, up to 64 bits; no decimal point and no separators of thousands.",
        "Take separators away with the transformation NUMBER, or make the column a decimal.",
    ),
    ColumnType.FLOAT: (
        "a number",
        "Read are digits with a decimal point and an exponent where there is one; neither NaN nor infinity.",
        "Read commas and separators of thousands with the transformation NUMBER.",
    ),
    ColumnType.DECIMAL: (
        "a decimal number",
        "Read are at most 29 digits before and 9 after the point. More would have to be rounded, so they are refused.",
        "Read commas and separators of thousands with the transformation NUMBER, or make the column a float.",
    ),
    ColumnType.PERCENTAGE: (
        "a percentage",
        "Read are numbers with or without a % sign behind them.",
        "Read commas with the transformation NUMBER.",
    ),
    ColumnType.BOOLEAN: (
        "true or false",
        "Read are true and false, yes and no, y and n, t and f, on and off, 1 and 0, in upper and lower case, and the "
        "two words of the column's output_format.",
        "Translate other words with the transformation OPTION_MAPPING.",
    ),
    ColumnType.CATEGORY: (
        "an option",
        "Read are the column's options: values and labels, and as freely as options_matching says alternative matches "
        "and what is similar.",
        "Add the option, or the text as an alternative match of the option it stands for.",
    ),
    ColumnType.DATE: (
        "a date",
        "Read are calendar dates of ISO 8601 (2024-12-31), the column's output_format and input_formats. Days must "
        "exist.",
        "Name the file's format in input_formats, or read it with the transformation DATE.",
    ),
    ColumnType.TIME: (
        "a time of day",
        "Read are ISO 8601 (23:59:59), the column's output_format and input_formats.",
        "Name the file's format in input_formats, or read it with the transformation DATE.",
    ),
    ColumnType.TIMESTAMP: (
        "a date with a time",
        "Read are ISO 8601 (2024-12-31T23:59:59+01:00), the column's output_format and input_formats.",
        "Name the file's format in input_formats, or read it with the transformation DATE.",
    ),
    ColumnType.EMAIL: (
        "an e-mail address",
        "Read is one plain address; neither a name beside it nor several addresses, and no letters but a to z.",
        "Cut what stands around the address with REGEX_EXTRACT. Write an international domain by its name that begins "
        "with xn--.",
    ),
    ColumnType.PHONE: (
        "a phone number",
        "Read are numbers that exist in their country's plan, with the calling code or of the column's region.",
        "Give the column the region whose numbers come without a calling code.",
    ),
    ColumnType.URL: (
        "an address",
        "Read are absolute addresses that begin with http://, https:// or ftp:// and name a host.",
        "Put what is missing before them with the transformation SQL or CONCATENATE.",
    ),
    ColumnType.UUID: (
        "a UUID",
        "Read are 32 hexadecimal digits in five groups with hyphens, in braces and behind urn:uuid: as well.",
        "Put missing hyphens in with the transformation REGEX_REPLACE.",
    ),
    ColumnType.IBAN: (
        "an IBAN",
        "Its country has IBANs of this length and shape, and its check digits are right.",
        "Ask whoever sent it: wrong check digits are a typing mistake.",
    ),
    ColumnType.BIC: (
        "a BIC",
        "It has 8 or 11 characters, and its country exists.",
        "Ask whoever sent it, or make the column a string.",
    ),
    ColumnType.GTIN: (
        "a GTIN",
        "It has 8, 12, 13 or 14 digits, of which the last is the right check digit.",
        "Look whether a spreadsheet dropped zeros at the beginning.",
    ),
    ColumnType.CURRENCY_CODE: (
        "a currency",
        "Read are the three letters of ISO 4217 of currencies in use, and numbers where input_formats says so.",
        "Translate names and signs with the transformation OPTION_MAPPING.",
    ),
    ColumnType.COUNTRY_CODE: (
        "a country",
        "Read are the two or three letters of ISO 3166, and names or numbers where input_formats says so.",
        "Let names be read with input_formats, or translate them with the transformation OPTION_MAPPING.",
    ),
}

_OTHERS: Final = (
    FindingCode(
        "row.missing_cells",
        Family.ROW,
        "The row ends before this cell",
        "The row of the file has fewer cells than there are columns, and nothing was put in place of the missing one: "
        "neither by the mapping nor by an edit. That it is empty is not said again. With read_options.ragged_rows "
        "pad, missing cells are empty cells and no finding.",
        "Complete the row, or let short rows be padded with read_options.ragged_rows pad.",
    ),
    FindingCode(
        "row.surplus_cells",
        Family.ROW,
        "The row has more cells than there are columns",
        "Something stands beyond the last column, most often because a text that holds the delimiter is not quoted: "
        "then all cells behind it are shifted. The finding is told of the last column, and its value is what stands "
        "beyond.",
        "Quote the text in the file; or correct the cells of the row in a fix: an edit of the last one settles it.",
    ),
    FindingCode(
        "required",
        Family.PRESENCE,
        "A required cell is empty",
        "The column is required, and the cell is empty after mapping: it was empty in the file, or a transformation "
        "made it so.",
        "Fill the cell, give the column a default with the transformation DEFAULT, or do not require it.",
    ),
    FindingCode(
        "required_with",
        Family.PRESENCE,
        "A cell is empty where another one is there",
        "The column is required in rows in which another column, or each of several, has a value or one of some.",
        "Fill the cell, or empty the other.",
    ),
    FindingCode(
        "required_without",
        Family.PRESENCE,
        "A cell is empty where another one is not there",
        "The column is required in rows in which another column, or each of several, is empty, or has none of some "
        "values.",
        "Fill one of the two.",
    ),
    FindingCode(
        "regex",
        Family.VALUE,
        "The text does not match the pattern",
        "The regular expression of the column is found nowhere in the text as mapped. Without ^ and $ it may match a "
        "part.",
        "Correct the text, bring it into shape with a transformation, or widen the pattern.",
    ),
    FindingCode(
        "min",
        Family.VALUE,
        "The value is too small",
        "A number is less, or a date or time earlier, than the least allowed. The least itself is allowed.",
        "Correct the value, or lower the bound.",
    ),
    FindingCode(
        "max",
        Family.VALUE,
        "The value is too great",
        "A number is greater, or a date or time later, than the greatest allowed. The greatest itself is allowed.",
        "Correct the value, or raise the bound.",
    ),
    FindingCode(
        "length",
        Family.VALUE,
        "The text is too short or too long",
        "Counted are the characters of the text as mapped, not its bytes.",
        "Correct the text, cut it with a transformation, or change the bounds.",
    ),
    FindingCode(
        "one_of",
        Family.VALUE,
        "The value is not in the list",
        "Values are compared, not texts: in a column of whole numbers 5 allows 05 too. Upper and lower case differ.",
        "Correct the value, translate it with the transformation OPTION_MAPPING, or add it to the list.",
    ),
    FindingCode(
        "unique",
        Family.TABLE,
        "The value occurs twice",
        "The value, or the combination with the values of other columns, occurred in a row before. The first of them "
        "is no finding. Values are compared, not texts; empty cells are never equal.",
        "Remove the repeated row, or let more columns make up the key.",
    ),
    FindingCode(
        "compare",
        Family.TABLE,
        "The value does not stand to another as it must",
        "The value is compared with that of another column in the same row, or with a given one. Where one of the two "
        "is empty, or none of its type, nothing is compared.",
        "Correct one of the two.",
    ),
    FindingCode(
        "sql",
        Family.TABLE,
        "The row does not fulfil a condition",
        "The condition of the column is false for the row. Where it is null, because a cell is empty or none of its "
        "type, it counts as fulfilled.",
        "Correct one of the cells the condition speaks of. The message can say more: give the validation one.",
    ),
    FindingCode(
        "webhook",
        Family.SERVICE,
        "A service says that the cell is wrong",
        "The rows were sent to a service of yours, and it named this cell. The message is the service's own; where it "
        "gave a code, this follows behind a point: webhook.unknown_customer.",
        "Ask whoever runs the service what it expects.",
    ),
)

FINDING_CODES: Final[Mapping[str, FindingCode]] = {
    each.code: each
    for each in (
        *_OTHERS,
        *(
            FindingCode(
                f"type.{kind}", Family.TYPE, f"The text is not {what}", f"{read} An empty cell is no finding.", remedy
            )
            for kind, (what, read, remedy) in _TYPES.items()
        ),
    )
}
"""Every code there is. Behind ``webhook`` a service may add a word of its own."""


def finding_code(code: str) -> FindingCode:
    """What a code means; of one that a service added to, what it was added to."""
    return FINDING_CODES[code if code in FINDING_CODES else code.partition(".")[0]]
