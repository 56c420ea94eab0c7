"""Delimited files that went wrong, read with nothing but detection: how much of them comes out as it was meant.

``python -m benchmarks robustness [FOLDER]``: the folder of a public benchmark (``csv``, ``clean`` and perhaps
``weights.json`` in it or beside it), when one is given, and then pollutions of our own tables. For each file ten
measures between 0 and 1: whether it could be read, and precision, recall and F1 of header, records and cells as
multisets. The score is the sum of their means; the weighted one weighs each file by how often its like was met.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline_exec_tests.formats.pollution import polluted, tables
from pipeline_exec_tests.formats.scoring import MEASURES, measured, rows_of

#: What the best published system reaches with the dialect given, and the best by detection alone.
PUBLISHED = "published: 9.961 simple and 9.599 weighted with the dialect given, 9.075 and 8.439 by detection alone"


@dataclass(frozen=True)
class Scored:
    """One file and its measures."""

    name: str
    measures: tuple[float, ...]

    @property
    def score(self) -> float:
        """Between 0 and 10."""
        return sum(self.measures)


def measure(folder: Path, *given: str) -> Iterator[str]:
    for public in map(Path, given):
        yield from _shown(f"{public.name}", public_scores(public), _weights(public))
        yield PUBLISHED
    for table in tables():
        yield from _shown(f"own table {table.name!r}", own_scores(table, folder), {})


def public_scores(folder: Path) -> Iterator[Scored]:
    """Each file of ``folder/csv``, beside what it should be read as, which is in ``folder/clean``."""
    for path in sorted((folder / "csv").glob("*.csv")):
        clean = (folder / "clean" / path.name).read_text(encoding="utf-8-sig")
        yield Scored(path.name, measured(path, rows_of(clean)))


def own_scores(table, folder: Path) -> Iterator[Scored]:
    """Each pollution of a table."""
    path = folder / "polluted.csv"
    for each in polluted(table):
        path.write_bytes(each.content)
        yield Scored(each.name, measured(path, each.clean))


def _weights(folder: Path) -> dict[str, float]:
    found = [*folder.glob("*weights.json"), *folder.parent.glob("*weights.json")]
    return json.loads(found[0].read_text()) if found else {}


def _shown(title: str, scores: Iterable[Scored], weights: dict[str, float]) -> Iterator[str]:
    scored = list(scores)
    means = [sum(values) / len(scored) for values in zip(*(each.measures for each in scored), strict=True)]
    yield f"{title}: {len(scored):,} files, simple score {sum(means):.3f} of 10"
    yield "  " + ", ".join(f"{name} {mean:.4f}" for name, mean in zip(MEASURES, means, strict=True))
    if weights:
        # Files without a weight count for nothing, and weights without a file too.
        total = sum(weights.get(each.name, 0) for each in scored)
        yield f"  weighted score {sum(each.score * weights.get(each.name, 0) for each in scored) / total:.3f} of 10"
    for each in sorted(scored, key=lambda each: each.score)[:5]:
        if each.score < 9.95:
            yield f"  {each.score:.3f} {each.name}"
