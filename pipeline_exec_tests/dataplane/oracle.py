"""What mapping and checking mean, one cell at a time, in plain Python: slow, and meant to be obviously correct.

It shares nothing with the data plane but the documents users write. Differential tests compare the two.
"""

import re
from collections import Counter
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation, localcontext
from math import isfinite

import phonenumbers
import pycountry
import stdnum.bic
import stdnum.ean
import stdnum.iban
from rapidfuzz import fuzz

from pipeline_exec.model.pipeline import OnError

ASCII_DIGITS = "0123456789"


def map_row(row, config, target):
    """The target row, by key, of a source row, by name; every target column must be mapped."""
    by_target = {mapping.target_column: mapping for mapping in config.mappings}
    return {column.key: map_cell(row, by_target.get(column.key)) for column in target}


def map_cell(row, mapping):
    if mapping is None:
        return None
    cells = [row[name] or None for name in mapping.source_columns]
    steps = [(step.type, step.arguments) for step in mapping.transformations]
    if steps and steps[0][0] in MERGERS:
        kind, arguments = steps.pop(0)
        cell = MERGERS[kind](cells, **arguments)
    else:
        cell = cells[0] if cells else None
    for kind, arguments in steps:
        cell = STEPS[kind](cell or None, **arguments)
    return cell or None


def join(cells, separator=""):
    return separator.join(cell for cell in cells if cell)


def coalesce(cells):
    return next((cell for cell in cells if cell), None)


MERGERS = {"JOIN": join, "CONCATENATE": join, "COALESCE": coalesce}


def on_text(step):
    """A step that leaves empty cells alone."""
    return lambda cell, **arguments: None if cell is None else step(cell, **arguments)


def trim(cell):
    return cell.strip()


def case(cell, to):
    return {"upper": cell.upper, "lower": cell.lower, "title": cell.title}[to]()


def replace(cell, old, new):
    return cell.replace(old, new)


def split(cell, separator, part):
    parts = cell.split(separator)
    index = part - 1 if part > 0 else len(parts) + part
    return parts[index] if 0 <= index < len(parts) else None


def constant(cell, value):
    return value


def default(cell, value):
    return value if cell is None else cell


def option_mapping(cell, options):
    return options.get(cell or "", cell)


def regex_extract(cell, pattern, group=0):
    found = re.search(end_means_end(pattern), cell)
    return found[group] if found else None


def regex_replace(cell, pattern, replacement):
    return re.sub(end_means_end(pattern), replacement, cell)


def end_means_end(pattern):
    """Python's ``$`` also stands before a line break at the end."""
    return pattern.replace("$", r"\Z")


def number(cell, decimal, thousands):
    sign, unsigned = (cell[0], cell[1:]) if cell[:1] in ("+", "-") else ("", cell)
    whole, point, fraction = unsigned.partition(decimal)
    groups = whole.split(thousands)
    is_grouped = 1 <= len(groups[0]) <= 3 and len(groups[-1]) == 3 and all(len(group) in (2, 3) for group in groups[1:])
    digits = "".join(groups)
    is_whole = is_digits(digits) and (len(groups) == 1 or is_grouped)
    is_fraction = fraction == "" or is_digits(fraction)
    if not is_fraction or not (is_whole or (whole == "" and fraction)):
        return cell
    return f"{sign}{digits}{'.' if point else ''}{fraction}"


def parse_date(cell, formats):
    for date_format in formats:
        if (found := strict_date(cell, date_format)) is not None:
            return found.isoformat()
    return cell


STEPS = {
    "TRIM": on_text(trim),
    "CASE": on_text(case),
    "REPLACE": on_text(replace),
    "SPLIT": on_text(split),
    "CONSTANT": constant,
    "DEFAULT": default,
    "OPTION_MAPPING": option_mapping,
    "REGEX_EXTRACT": on_text(regex_extract),
    "REGEX_REPLACE": on_text(regex_replace),
    "NUMBER": on_text(number),
    "DATE": on_text(parse_date),
}


def is_digits(text):
    return text != "" and all(character in ASCII_DIGITS for character in text)


def strict_date(text, date_format):
    """A date in a format of DD, MM and YYYY between separators, or None."""
    pattern = re.escape(date_format).replace("DD", "(?P<d>[0-9]{2})").replace("MM", "(?P<m>[0-9]{2})")
    found = re.fullmatch(pattern.replace("YYYY", "(?P<y>[0-9]{4})"), text)
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        return None


class NotOfTheType(Exception):
    """The text is no value of the type."""


def value_of(text, column):
    """The typed value of a text that is not empty."""
    return TYPES[column.column_type](text, column)


def refuse_unless(condition):
    if not condition:
        raise NotOfTheType


def int_of(text, column):
    digits = text[1:] if text[0] in "+-" else text
    refuse_unless(is_digits(digits) and -(2**63) <= int(text) < 2**63)
    return int(text)


def float_of(text, column):
    refuse_unless(all(character in "0123456789+-.eE" for character in text))
    try:
        value = float(text)
    except ValueError:
        raise NotOfTheType from None
    refuse_unless(isfinite(value))
    return value


def percentage_of(text, column):
    return float_of(text.removesuffix("%").removesuffix(" ") if text.endswith("%") else text, column)


def decimal_of(text, column):
    refuse_unless(all(character in "0123456789+-." for character in text))
    with localcontext(prec=200):
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise NotOfTheType from None
        refuse_unless(abs(value) < 10**29 and value == round(value, 9))
    return value


def boolean_of(text, column):
    refuse_unless(text.lower() in ("true", "yes", "y", "t", "1", "false", "no", "n", "f", "0"))
    return text.lower() in ("true", "yes", "y", "t", "1")


def category_of(text, column):
    for same in (lambda name: name == text, lambda name: folded(name) == folded(text)):
        for names_of in (
            lambda option: [option.value],
            lambda option: [option.label],
            lambda option: option.alternative_matches if column.options_matching != "EXACT" else [],
        ):
            for option in column.options:
                if any(name and same(name) for name in names_of(option)):
                    return option.value
        refuse_unless(column.options_matching != "EXACT")
    refuse_unless(column.options_matching == "FUZZY")
    return most_similar(text, column)


def folded(name):
    return "".join(name.lower().split())


def most_similar(text, column):
    names = {name: option.value for option in column.options for name in (option.value, option.label)}
    names |= {name: option.value for option in column.options for name in option.alternative_matches}
    scores = {name: fuzz.ratio(folded(text), folded(name)) for name in names}
    best = {names[name] for name in names if scores[name] == max(scores.values())}
    refuse_unless(len(best) == 1 and max(scores.values()) >= column.options_threshold)
    return best.pop()


def date_of(text, column):
    for date_format in ("YYYY-MM-DD", *([column.output_format] if column.output_format else [])):
        if (found := strict_date(text, date_format)) is not None:
            return found
    moment = iso_timestamp(text)
    refuse_unless(moment is not None and moment.time() == time())
    return moment.date()


def timestamp_of(text, column):
    day = strict_date(text, "YYYY-MM-DD")
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else iso_timestamp(text)
    refuse_unless(moment is not None)
    return moment


def iso_timestamp(text):
    """ISO 8601 with hours and minutes at least, in UTC; None when it is none."""
    shape = (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?"
    )
    if not re.fullmatch(shape, text):
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text.upper()))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def time_of(text, column):
    refuse_unless(re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?", text))
    try:
        return time.fromisoformat(text[:15])
    except ValueError:
        raise NotOfTheType from None


def email_of(text, column):
    refuse_unless(text.isascii() and len(text) <= 254 and text.count("@") == 1)
    local, domain = text.split("@")
    labels = domain.split(".")
    refuse_unless(1 <= len(local) <= 64 and all(local.split(".")))
    refuse_unless(all(character.isalnum() or character in "!#$%&'*+/=?^_`{|}~-." for character in local))
    refuse_unless(len(labels) >= 2 and len(labels[-1]) >= 2 and labels[-1][0].isalpha())
    for label in labels:
        refuse_unless(1 <= len(label) <= 63 and label[0] != "-" and label[-1] != "-")
        refuse_unless(all(character.isalnum() or character == "-" for character in label))
    return text


def uuid_of(text, column):
    parts = text.split("-")
    refuse_unless([len(part) for part in parts] == [8, 4, 4, 4, 12])
    refuse_unless(all(character in "0123456789abcdefABCDEF" for part in parts for character in part))
    return text.lower()


def ungrouped(text):
    refuse_unless(text.isascii() and re.fullmatch("[0-9A-Za-z]+([ -][0-9A-Za-z]+)*", text))
    return text.replace(" ", "").replace("-", "").upper()


def iban_of(text, column):
    code = ungrouped(text)
    refuse_unless(stdnum.iban.is_valid(code, check_country=False) and code[2:4] not in ("00", "01", "99"))
    return code


def bic_of(text, column):
    code = ungrouped(text)
    refuse_unless(stdnum.bic.is_valid(code) and (code[4:6] == "XK" or pycountry.countries.get(alpha_2=code[4:6])))
    return code


def gtin_of(text, column):
    code = ungrouped(text)
    refuse_unless(stdnum.ean.is_valid(code))
    return code


def phone_of(text, column):
    refuse_unless(re.fullmatch(r"\+?\(?[0-9](?:[-() ./]{0,3}[0-9]){2,19}", text))
    try:
        number = phonenumbers.parse(text, column.region)
    except phonenumbers.NumberParseException:
        raise NotOfTheType from None
    refuse_unless(phonenumbers.is_valid_number(number))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_of(text, column):
    country = pycountry.countries.get(alpha_2=text.upper()) or pycountry.countries.get(alpha_3=text.upper())
    refuse_unless(country)
    return country.alpha_2


def currency_of(text, column):
    refuse_unless(pycountry.currencies.get(alpha_3=text.upper()))
    return text.upper()


TYPES = {
    "string": lambda text, column: text,
    "int": int_of,
    "float": float_of,
    "percentage": percentage_of,
    "decimal": decimal_of,
    "boolean": boolean_of,
    "category": category_of,
    "date": date_of,
    "timestamp": timestamp_of,
    "time": time_of,
    "email": email_of,
    "uuid": uuid_of,
    "phone": phone_of,
    "iban": iban_of,
    "bic": bic_of,
    "gtin": gtin_of,
    "country_code": country_of,
    "currency_code": currency_of,
}


class Oracle:
    """Checks rows one by one, as a ``Checker`` checks batches."""

    def __init__(self, target, on_error):
        self.target, self.on_error = target, on_error
        self.rows, self.findings, self.seen = [], [], {column.key: set() for column in target}
        self.counts = Counter(total_rows=0, total_cells=0, total_error_cells=0, total_error_rows=0)

    def check(self, row):
        checked = [(column, *self._checked(row[column.key], column)) for column in self.target]
        self.counts["total_rows"] += 1
        self.counts["total_cells"] += len(self.target)
        self.counts["total_error_cells"] += sum(bool(codes) for _, _, codes in checked)
        self.counts["total_error_rows"] += any(codes for _, _, codes in checked)
        for column, _, codes in checked:
            self.findings += [(self.counts["total_rows"], column.key, row[column.key], code) for code in codes]
        self._deliver(row, checked)

    def _checked(self, text, column):
        if text is None:
            return None, ["required"] if column.required else []
        codes = []
        try:
            value = value_of(text, column)
        except NotOfTheType:
            value = None
            codes.append(f"type.{column.column_type}")
        for validation in column.validations:
            codes += broken(validation, text, value, column)
        if column.unique and value is not None:
            codes += ["unique"] if value in self.seen[column.key] else []
            self.seen[column.key].add(value)
        return value, codes

    def _deliver(self, row, checked):
        is_erroneous = any(codes for _, _, codes in checked)
        if self.on_error is OnError.EMPTY:
            self.rows.append({column.key: None if codes else value for column, value, codes in checked})
        elif self.on_error is OnError.KEEP:
            kept = {f"kept:{column.key}": row[column.key] if codes else None for column, _, codes in checked}
            self.rows.append({column.key: value for column, value, _ in checked} | kept)
        elif not is_erroneous:
            self.rows.append({column.key: value for column, value, _ in checked})


def broken(validation, text, value, column):
    """The code of a validation, if the cell breaks it."""
    arguments, kind = validation.arguments, validation.type
    if kind == "REGEX":
        is_broken = not re.search(end_means_end(arguments["pattern"]), text)
    elif kind == "LENGTH":
        is_broken = not arguments["min"] <= len(text) <= arguments["max"]
    elif value is None:
        is_broken = False
    elif kind == "ONE_OF":
        is_broken = value not in [value_of(each, column) for each in arguments["values"]]
    else:
        bound = value_of(arguments["value"], column)
        is_broken = value < bound if kind == "MIN" else value > bound
    return [kind.lower()] if is_broken else []
