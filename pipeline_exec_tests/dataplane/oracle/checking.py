"""Checking: what is found in a row, and what is delivered of it."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, time

from pipeline_exec.model.pipeline import OnError
from pipeline_exec_tests.dataplane.oracle.text import end_means_end
from pipeline_exec_tests.dataplane.oracle.values import NotOfTheType, value_of


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
