"""Similarity: which option is probably meant by a text that is none of their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import fuzz, process

#: So many texts are remembered with what they were taken for.
MOST_GUESSES: Final = 1_000
#: So many pairs are compared at a time, in four bytes each.
_PAIRS: Final = 1_000_000


class SimilarNames:
    """The names of options, in which the nearest one to a text is looked for.

    Similar to 100 of 100 is the same; every letter that has to be added or taken away counts: ``fuzz.ratio`` of
    rapidfuzz, 200 times the letters in common by the letters of both.
    """

    def __init__(self, values: Mapping[str, str], threshold: int) -> None:
        self._names = list(values)
        self._values: npt.NDArray[np.object_] = np.array(list(values.values()), object)
        self._threshold = threshold
        self.guesses: dict[str, str] = {}
        """The first texts that were taken for a value."""

    def values(self, text: pa.StringArray, folded: pa.StringArray) -> pa.StringArray:
        """The value whose name is most similar to each folded text; null where none is enough or several are as much.

        Args:
            text: As it stands in the cells.
            folded: The same, to be compared with the names.
        """
        step = max(_PAIRS // len(self._names), 1)
        parts = [self._most_similar(folded.slice(at, step).to_pylist()) for at in range(0, len(folded), step)]
        found = pa.array(np.concatenate(parts), pa.string())
        self._remember(text.filter(found.is_valid()), found.drop_null())
        return found

    def _most_similar(self, texts: list[str]) -> npt.NDArray[np.object_]:
        scores = process.cdist(texts, self._names, scorer=fuzz.ratio, score_cutoff=self._threshold)
        best = scores.max(axis=1, keepdims=True)
        values: npt.NDArray[np.object_] = self._values[scores.argmax(axis=1)]
        is_rival = (scores == best) & (self._values != values[:, None])
        is_found = (best[:, 0] > 0) & ~is_rival.any(axis=1)
        values[~is_found] = None
        return values

    def _remember(self, texts: pa.StringArray, values: pa.StringArray) -> None:
        room = MOST_GUESSES - len(self.guesses)
        self.guesses |= zip(texts[:room].to_pylist(), values[:room].to_pylist(), strict=True)
