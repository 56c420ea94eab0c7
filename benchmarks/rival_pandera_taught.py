"""The work of the plane benchmark as pandera's documentation teaches it; runs in the rivals' environment.

Read as text by pandas' own engine, stripped, one schema with types, checks and ``coerce=True`` validated lazily, the
cells of its failure cases emptied, written. https://pandera.readthedocs.io/en/stable/lazy_validation.html
"""

import sys
import time
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from rival_pandera import EMAIL, STATUSES, report

SCHEMA = pa.DataFrameSchema(
    {
        "order_id": pa.Column("Int64"),
        "customer": pa.Column(str, pa.Check.str_length(3, 40)),
        "email": pa.Column(str, pa.Check.str_matches(EMAIL), nullable=True),
        "sku": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}-[0-9]{5}$"), nullable=True),
        "quantity": pa.Column("Int64", pa.Check.ge(1), nullable=True),
        "price": pa.Column(float, pa.Check.le(100_000), nullable=True),
        "status": pa.Column(str, pa.Check.isin(STATUSES), nullable=True),
        "ordered_on": pa.Column("datetime64[ns]", nullable=True),
        "weight": pa.Column(float, nullable=True),
        "note": pa.Column(str, nullable=True),
    },
    coerce=True,
)


def process(source: Path, target: Path) -> int:
    frame = pd.read_csv(source, dtype=str)
    for key in frame.columns:
        frame[key] = frame[key].str.strip()
    failures = 0
    try:
        frame = SCHEMA.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.dropna(subset="index")
        failures = len(cases.drop_duplicates(["column", "index"]))
        for key, of_column in cases.groupby("column"):
            frame.loc[of_column["index"].astype(int), key] = None
    frame.to_csv(target, index=False, date_format="%Y-%m-%d")
    return failures


if __name__ == "__main__":
    _, source, folder = sys.argv[1:]
    begun = time.perf_counter()
    report(begun, process(Path(source), Path(folder) / "out.csv"))
