"""Mapping: the target row of a source row."""

import ast
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor, trunc

from pipeline_exec_tests.dataplane.oracle.text import end_means_end, is_digits, strict_date


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
