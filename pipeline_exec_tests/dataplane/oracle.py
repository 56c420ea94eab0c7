"""What mapping and checking mean, one cell at a time, in plain Python: slow, and meant to be obviously correct.

It shares nothing with the data plane but the documents users write. Differential tests compare the two.
"""

import ast
import re
import unicodedata
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from math import ceil, floor, isfinite, trunc

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
        if kind in ROW_STEPS:
            cell = ROW_STEPS[kind](cell or None, {name: text or None for name, text in row.items()}, **arguments)
        else:
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


def lookup(cell, values, on_missing="KEEP", default=None):
    if cell in values:
        return values[cell]
    return default if default is not None else cell if on_missing == "KEEP" else None


class NoNumber(Exception):
    """The cell's text, or the operation that came to nothing."""


def arithmetic(cell, row, expression):
    """A formula that Python reads the same way; exact, by fractions."""
    try:
        value = computed(ast.parse(expression, mode="eval").body, {**row, "value": cell})
    except NoNumber as offence:
        return str(offence)
    return None if value is None else plain_number(value)


def computed(node, cells):
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.Name):
        return exact_number(cells[node.id])
    if isinstance(node, ast.UnaryOp):
        value = computed(node.operand, cells)
        return None if value is None else -value
    if isinstance(node, ast.Call):
        return called(node.func.id, node.args, cells)
    # Both sides are read, so that of two offences the left one is told.
    sides = [computed_or_offence(side, cells) for side in (node.left, node.right)]
    for side in sides:
        if isinstance(side, NoNumber):
            raise side
    left, right = sides
    return None if left is None or right is None else operated(left, type(node.op), right)


def computed_or_offence(node, cells):
    try:
        return computed(node, cells)
    except NoNumber as offence:
        return offence


def called(function, arguments, cells):
    if function == "coalesce":
        values = (computed(argument, cells) for argument in arguments)
        return next((value for value in values if value is not None), None)
    values = [computed_or_offence(argument, cells) for argument in arguments]
    for value in values:
        if isinstance(value, NoNumber):
            raise value
    if None in values:
        return None
    if function == "round":
        return half_away(values[0], int(values[1]) if len(values) > 1 else 0)
    return Fraction({"abs": abs, "floor": floor, "ceil": ceil, "min": min, "max": max}[function](*values))


def operated(left, operator, right):
    sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}[operator]
    lost = NoNumber(f"{plain_number(left)}{sign}{plain_number(right)}")
    if sign in "/%" and right == 0:
        raise lost
    value = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "%": lambda: left - right * trunc(left / right),
    }[sign]()
    value = half_away(value, 18)
    if abs(value) >= 10**19:
        raise lost
    return value


def exact_number(text):
    stripped = (text or "").strip()
    if not stripped:
        return None
    if not re.fullmatch(r"[+-]?(0*[0-9]{1,19}(\.[0-9]{0,18})?|\.[0-9]{1,18})", stripped):
        raise NoNumber(text)
    return Fraction(stripped + "0" if stripped.endswith(".") else stripped)


def half_away(value, decimals):
    scaled = abs(value) * 10**decimals
    digits = int(scaled + Fraction(1, 2))
    return Fraction(digits if value >= 0 else -digits, 10**decimals)


def plain_number(value):
    with localcontext(prec=200):
        text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


ROW_STEPS = {"ARITHMETIC": arithmetic}

STEPS = {
    "LOOKUP": on_text(lookup),
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
    if text.endswith("%"):
        text = text.removesuffix("%")
        text = text[:-1] if unicodedata.category(text[-1:] or "x") == "Zs" else text
    refuse_unless(text)
    return float_of(text, column)


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
    own_true, own_false = column.output_format.split("/") if column.output_format else ("true", "false")
    is_true = text.lower() in ("true", "yes", "y", "t", "on", "1", own_true.lower())
    refuse_unless(is_true or text.lower() in ("false", "no", "n", "f", "off", "0", own_false.lower()))
    return is_true


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
    for date_format in ("YYYY-MM-DD", *([column.output_format] if column.output_format else []), *column.input_formats):
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
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}(:?[0-5][0-9])?)?"
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


def url_of(text, column):
    scheme, _, rest = text.partition("://")
    refuse_unless(scheme.lower() in ("http", "https", "ftp"))
    authority = re.split("[/?#]", rest)[0]
    refuse_unless(all(is_seen(character) for character in text))
    refuse_unless(not any(character in '<>"{}|\\^`' for character in rest[len(authority) :]))
    refuse_unless(authority.count("@") <= 1)
    host, _, port = authority.rpartition("@")[2].partition(":")
    refuse_unless(":" not in authority or (re.fullmatch("[0-9]{1,5}", port) and int(port) < 65536))
    labels = host.removesuffix(".").split(".")
    if is_digits(labels[-1]):
        refuse_unless(len(labels) == 4 and all(re.fullmatch("0|[1-9][0-9]{0,2}", each) for each in labels))
        refuse_unless(all(int(label) < 256 for label in labels) and not host.endswith("."))
    for label in labels:
        refuse_unless(label and all(is_of_a_name(label[at]) for at in (0, -1)))
        refuse_unless(all(is_of_a_name(character) or character in "-_" for character in label))
    return text


def is_seen(character):
    return not character.isspace() and unicodedata.category(character)[0] not in "ZC"


def is_of_a_name(character):
    return unicodedata.category(character)[0] in "LN"


def uuid_of(text, column):
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    elif text.lower().startswith("urn:uuid:"):
        text = text[9:]
    parts = text.split("-")
    refuse_unless([len(part) for part in parts] == [8, 4, 4, 4, 12])
    refuse_unless(all(character in "0123456789abcdefABCDEF" for part in parts for character in part))
    return text.lower()


def with_plain_separators(text):
    """Spaces and hyphens as a keyboard has them."""
    return re.sub("[\u2010-\u2015\u2212]", "-", re.sub("[\u00a0\u2007\u2009\u202f]", " ", text))


def ungrouped(text):
    text = with_plain_separators(text)
    refuse_unless(text.isascii() and re.fullmatch("[0-9A-Za-z]+([ -][0-9A-Za-z]+)*", text))
    return text.replace(" ", "").replace("-", "").upper()


def iban_of(text, column):
    code = ungrouped(text)
    # stdnum also takes letters, 00, 01 and 99 for check digits.
    refuse_unless(
        stdnum.iban.is_valid(code, check_country=False) and re.fullmatch("..(0[2-9]|[1-8][0-9]|9[0-8]).+", code)
    )
    return code


def bic_of(text, column):
    code = ungrouped(text)
    refuse_unless(stdnum.bic.is_valid(code) and (code[4:6] == "XK" or pycountry.countries.get(alpha_2=code[4:6])))
    return code


def gtin_of(text, column):
    code = ungrouped(text)
    refuse_unless(stdnum.ean.is_valid(code))
    return code.zfill(14) if column.output_format == "GTIN-14" else code


def phone_of(text, column):
    text = with_plain_separators(text)
    refuse_unless(re.fullmatch(r"\+?\(?[0-9](?:[-() ./]{0,3}[0-9]){2,19}", text))
    try:
        number = phonenumbers.parse(text, column.region)
    except phonenumbers.NumberParseException:
        raise NotOfTheType from None
    refuse_unless(phonenumbers.is_valid_number(number))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_of(text, column):
    code = upper(text)
    country = pycountry.countries.get(alpha_2=code) or pycountry.countries.get(alpha_3=code)
    if "numeric" in column.input_formats:
        country = country or pycountry.countries.get(numeric=text)
    refuse_unless(country)
    return country.alpha_2


def currency_of(text, column):
    currency = pycountry.currencies.get(alpha_3=upper(text))
    if "numeric" in column.input_formats:
        currency = currency or pycountry.currencies.get(numeric=text)
    refuse_unless(currency)
    return currency.alpha_3


def upper(text):
    """Letter by letter: one never becomes two, so that ``ß`` is not South Sudan."""
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)


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
    "url": url_of,
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
        self.rows, self.findings, self.seen = [], [], defaultdict(set)
        self.counts = Counter(total_rows=0, total_cells=0, total_error_cells=0, total_error_rows=0)

    def check(self, row):
        """Check a row by key, its marks among the keys where the table has any."""
        values = {column.key: self._value(row, column) for column in self.target}
        checked = [
            (column, values[column.key], self._codes(row, values, column) + self._objections(row, column))
            for column in self.target
        ]
        self.counts["total_rows"] += 1
        self.counts["total_cells"] += len(self.target)
        self.counts["total_error_cells"] += sum(bool(codes) for _, _, codes in checked)
        self.counts["total_error_rows"] += any(codes for _, _, codes in checked)
        for column, _, codes in checked:
            for code in codes:
                shown = row["row:surplus"] if code == "row.surplus_cells" else row[column.key]
                self.findings.append((self.counts["total_rows"], column.key, shown, code))
        self._deliver(row, checked)

    def _value(self, row, column):
        """The value, or None where there is none."""
        try:
            return None if row[column.key] is None else value_of(row[column.key], column)
        except NotOfTheType:
            return None

    def _codes(self, row, values, column):
        text, value, is_last = row[column.key], values[column.key], column is self.target[-1]
        is_missing = text is None and column.key in missing_keys(row, self.target)
        codes = ["row.missing_cells"] * is_missing
        codes += ["row.surplus_cells"] * (is_last and row.get("row:surplus") is not None)
        says_required = any(each.type == "REQUIRED" for each in column.validations)
        codes += ["required"] * (column.required and not says_required and text is None and not is_missing)
        codes += [f"type.{column.column_type}"] * (text is not None and value is None)
        for number, validation in enumerate(column.validations):
            if is_webhook(validation):
                continue
            codes += self._broken(validation, (column.key, number), row, values, column)
        says_unique = any(each.type == "UNIQUE" and "columns" not in each.arguments for each in column.validations)
        codes += ["unique"] * (column.unique and not says_unique and self._again(column.key, [value]))
        return codes

    def _objections(self, row, column):
        """What services say of a cell, one after the other."""
        asked = [(place.key, each.arguments) for place in self.target for each in place.validations if is_webhook(each)]
        sent = [not arguments.get("columns") or column.key in (*arguments["columns"], key) for key, arguments in asked]
        return [code for is_sent in sent if is_sent for code in objections(row[column.key])]

    def _broken(self, validation, place, row, values, column):
        """The code of a validation, if the cell breaks it."""
        kind, arguments = validation.type, validation.arguments
        if kind == "REQUIRED":
            is_missing = column.key in missing_keys(row, self.target)
            is_broken = row[column.key] is None and not is_missing
        elif kind == "UNIQUE":
            keys = [column.key, *arguments.get("columns", [])]
            is_broken = self._again(place, [values[key] for key in keys])
        elif kind in BREAKS_ROW:
            is_broken = BREAKS_ROW[kind](column, self.target, row, values, **arguments)
        else:
            is_broken = row[column.key] is not None and breaks(validation, row[column.key], values[column.key], column)
        return [kind.lower()] if is_broken else []

    def _again(self, place, values):
        if None in values:
            return False
        is_again = tuple(values) in self.seen[place]
        self.seen[place].add(tuple(values))
        return is_again

    def _deliver(self, row, checked):
        is_erroneous = any(codes for _, _, codes in checked)
        if self.on_error is OnError.EMPTY:
            self.rows.append({column.key: None if codes else value for column, value, codes in checked})
        elif self.on_error is OnError.KEEP:
            kept = {f"kept:{column.key}": row[column.key] if codes else None for column, _, codes in checked}
            self.rows.append({column.key: value for column, value, _ in checked} | kept)
        elif not is_erroneous:
            self.rows.append({column.key: value for column, value, _ in checked})


def missing_keys(row, target):
    """The keys of cells that the row of the file did not have."""
    return [target[place].key for place in row.get("row:missing") or []]


def is_webhook(validation):
    return validation.type == "WEBHOOK"


def objections(text):
    """The codes with which the services of these tests object to a cell."""
    codes = {None: ["webhook.empty"], "5": ["webhook"], "a": ["webhook", "webhook.letter"]}
    return codes.get(text if text is None else text[:1], [])


def edited(rows, edits, last):
    """The rows with some cells replaced, as (row, key, value); an edit of the last settles what stood beyond it."""
    rows = [dict(row) for row in rows]
    for number, key, value in edits:
        rows[number - 1][key] = value or None
        if key == last and "row:surplus" in rows[number - 1]:
            rows[number - 1]["row:surplus"] = None
    return rows


def breaks(validation, text, value, column):
    """Whether a cell that is not empty breaks a validation that sees nothing else."""
    arguments, kind = validation.arguments, validation.type
    if kind == "REGEX":
        return not re.search(end_means_end(arguments["pattern"]), text)
    if kind == "LENGTH":
        return not arguments["min"] <= len(text) <= arguments["max"]
    if value is None:
        return False
    if kind == "ONE_OF":
        return value not in [value_of(each, column) for each in arguments["values"]]
    bound = value_of(arguments["value"], column)
    return value < bound if kind == "MIN" else value > bound


def is_there(key, target, row, found, wanted):
    """Whether another cell is not empty; where values are wanted, whether it has one of them."""
    if wanted is None:
        return row[key] is not None
    column = next(column for column in target if column.key == key)
    return found[key] is not None and found[key] in [value_of(each, column) for each in wanted]


def breaks_required_with(column, target, row, found, columns, match="ANY", values=None):
    others = [is_there(key, target, row, found, values) for key in columns]
    return row[column.key] is None and (any(others) if match == "ANY" else all(others))


def breaks_required_without(column, target, row, found, columns, match="ANY", values=None):
    others = [not is_there(key, target, row, found, values) for key in columns]
    return row[column.key] is None and (any(others) if match == "ANY" else all(others))


HOLDS = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
}


def breaks_compare(own, target, row, found, /, operator, column=None, value=None):
    one = found[own.key]
    two = found[column] if column else value_of(value, own)
    if one is None or two is None:
        return False
    if float in (type(one), type(two)):
        one, two = float(one), float(two)
    if datetime in (type(one), type(two)):
        one, two = moment_of(one), moment_of(two)
    return not HOLDS[operator](one, two)


def moment_of(value):
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def breaks_sql(column, target, row, found, expression):
    """Of two kinds of conditions: ``a <= b``, and ``a IS NOT NULL OR b IS NOT NULL``."""
    one, condition, two = re.fullmatch(r"(\w+) (<=|IS NOT NULL OR) (\w+)(?: IS NOT NULL)?", expression).groups()
    if condition == "<=":
        return None not in (found[one], found[two]) and found[one] > found[two]
    return found[one] is None and found[two] is None


BREAKS_ROW = {
    "REQUIRED_WITH": breaks_required_with,
    "REQUIRED_WITHOUT": breaks_required_without,
    "COMPARE": breaks_compare,
    "SQL": breaks_sql,
}
