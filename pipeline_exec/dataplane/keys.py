"""Keys: values as 128 bits each, so that they can be told apart without being kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated

Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Keys:
    """Keys as two halves each, in any order."""

    high: Words
    low: Words

    def __len__(self) -> int:
        return len(self.high)

    def __getitem__(self, which: Places | Mask | slice) -> Keys:
        return Keys(self.high[which], self.low[which])

    def order(self) -> Places:
        """The places of the keys in ascending order; of equal keys the first comes first."""
        order = np.argsort(self.high, kind="stable")
        high, low = self.high[order], self.low[order]
        # Next to never do two keys share a half and not the other, and then only they need the longer way.
        if ((high[1:] == high[:-1]) & (low[1:] != low[:-1])).any():
            return np.lexsort((self.low, self.high))
        return order

    def repeats(self) -> Mask:
        """Of keys in ascending order: which are equal to the one before."""
        repeated = np.zeros(len(self), np.bool_)
        repeated[1:] = (self.high[1:] == self.high[:-1]) & (self.low[1:] == self.low[:-1])
        return repeated


def merged(runs: Sequence[Keys]) -> Keys:
    """The keys of several runs in ascending order."""
    keys = Keys(np.concatenate([run.high for run in runs]), np.concatenate([run.low for run in runs]))
    return keys[keys.order()]


class Locksmith:
    """Makes keys of values; only keys of the same one can be compared.

    The key of a value of 64 bits is its own. Others are hashed to 128 bits with SipHash, twice and under different
    secrets, one of them drawn anew for each locksmith: among a thousand million different values the chance that any
    two have the same key is 1 to 10^20, and nobody can make values that have.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_hex(8)

    def keys(self, columns: Sequence[pa.Array]) -> Keys:
        """A key for each row of the columns; nowhere null."""
        if len(columns) == 1 and _is_word(columns[0].type):
            words = _words(columns[0])
            return Keys(words, np.zeros_like(words))
        texts = _texts(columns).to_numpy(zero_copy_only=False)
        high = pd.util.hash_array(texts, hash_key=self._secret, categorize=False)
        # Python's own hash of texts is SipHash too, under the secret of the process.
        return Keys(high, np.fromiter(map(hash, texts), np.int64, len(texts)).view(np.uint64))


def with_one_zero(values: pa.Array) -> pa.Array:
    """The same values; minus zero is zero."""
    return pc.add(values, 0.0) if pa.types.is_floating(values.type) else values


def _is_word(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date32(kind) or (pa.types.is_primitive(kind) and kind.bit_width == 64))


def _words(values: pa.Array) -> Words:
    if pa.types.is_date32(values.type):
        values = values.view(pa.int32()).cast(pa.int64())
    words: Words = with_one_zero(values).view(pa.uint64()).to_numpy()
    return words


def _texts(columns: Sequence[pa.Array]) -> pa.StringArray:
    texts = [with_one_zero(values).cast(pa.string()) for values in columns]
    if len(texts) == 1:
        return texts[0]
    # With its length before it, no text of one column can be taken for the end of the text before.
    lengths = [pc.binary_length(text).cast(pa.string()) for text in texts]
    return concatenated(*(piece for pair in zip(lengths, texts, strict=True) for piece in (pair[0], ":", pair[1])))
