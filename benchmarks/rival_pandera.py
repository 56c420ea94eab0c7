"""The work of the plane benchmark with pandera on pandas, as fast as we could make it; runs in the rivals' environment.

Read as text by pandas' fastest engine, stripped, renamed, cast column by column with what cannot be cast collected,
checked lazily by pandera, the failures collected and their cells emptied, written. (pandera's own ``coerce=True`` is no
faster where all cells are valid, and takes minutes for a few thousand that are not.)
"""

import json
import re
import sys
import time
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pyarrow

EMAIL = (
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*$"
)
DECIMAL = pd.ArrowDtype(pyarrow.decimal128(38, 9))
STATUSES = ["open", "paid", "shipped", "returned"]


def integers(text):
    return pd.to_numeric(text, errors="coerce").astype("Int64")


def floats(text):
    return pd.to_numeric(text, errors="coerce")


def decimals(text):
    return text.where(text.str.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?")).astype(DECIMAL)


def dates(text):
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def process(source: Path, target: Path, price) -> int:
    frame = pd.read_csv(source, dtype=str, engine="pyarrow")
    for key in frame.columns:
        frame[key] = frame[key].str.strip()
    frame = frame.rename(columns={key: key for key in frame.columns})
    casts = {"order_id": integers, "quantity": integers, "price": price, "weight": floats, "ordered_on": dates}
    failures = [cast(frame, key, how) for key, how in casts.items()]
    frame, failed = checked(frame)
    collected = pd.concat([*failures, failed])
    frame.to_csv(target, index=False, date_format="%Y-%m-%d")
    return len(collected)


def cast(frame, key, how):
    """Type a column; answers the cells that could not be."""
    text = frame[key]
    typed = how(text)
    wrong = text.notna() & typed.isna()
    frame[key] = typed
    return pd.DataFrame({"column": key, "check": "type", "failure_case": text[wrong], "index": text.index[wrong]})


def checked(frame):
    greatest = Decimal(100_000) if frame["price"].dtype == DECIMAL else 100_000
    columns = {
        "order_id": pa.Column("Int64"),
        "customer": pa.Column(str, pa.Check.str_length(3, 40)),
        "email": pa.Column(str, pa.Check.str_matches(EMAIL), nullable=True),
        "sku": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}-[0-9]{5}$"), nullable=True),
        "quantity": pa.Column("Int64", pa.Check.ge(1), nullable=True),
        "price": pa.Column(frame["price"].dtype, pa.Check.le(greatest), nullable=True),
        "status": pa.Column(str, pa.Check.isin(STATUSES), nullable=True),
        "ordered_on": pa.Column(frame["ordered_on"].dtype, nullable=True),
        "weight": pa.Column(float, nullable=True),
        "note": pa.Column(str, nullable=True),
    }
    try:
        return pa.DataFrameSchema(columns).validate(frame, lazy=True), None
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for key, of_column in cases.groupby("column"):
            frame.loc[of_column["index"], key] = None
        return frame, cases


def report(begun, error_cells):
    peak_mb = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    print(json.dumps({"seconds": time.perf_counter() - begun, "peak_mb": peak_mb, "error_cells": error_cells}))


if __name__ == "__main__":
    variant, source, folder = sys.argv[1:]
    begun = time.perf_counter()
    report(begun, process(Path(source), Path(folder) / "out.csv", decimals if variant == "decimal" else floats))
