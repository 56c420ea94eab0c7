"""How much may come out of something compressed: enforced while it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.limits import UNSUSPICIOUS_BYTES
from pipeline_exec.model.limits import ReadLimits


class Budget:
    """The bytes that may still come out of one thing."""

    def __init__(self, name: str, packed: int, limits: ReadLimits) -> None:
        """For a thing of this name that has so many bytes while it is packed."""
        self._name = name
        self._limits = limits
        self._suspicious = max(UNSUSPICIOUS_BYTES, packed * limits.max_unpack_ratio)
        self._spent = 0

    def of(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks as long as they are within the budget.

        Raises:
            ParsingFailure: one more would exceed it; the message names the limit and its setting.
        """
        for chunk in chunks:
            self.spend(len(chunk))
            yield chunk

    def spend(self, count: int) -> None:
        """Take so many bytes out of the budget.

        Raises:
            ParsingFailure: there are not as many left.
        """
        self._spent += count
        if self._spent > self._limits.max_unpacked_size:
            raise ParsingFailure(
                f"{self._name} has more than {self._limits.max_unpacked_size:,} bytes once it is decompressed.",
                "Split it, or raise PIPELINE_EXEC_MAX_UNPACKED_SIZE.",
            )
        if self._spent > self._suspicious:
            raise ParsingFailure(
                f"{self._name} becomes more than {self._limits.max_unpack_ratio:,} times larger when it is "
                "decompressed, as files do that are made to do harm.",
                "Send it uncompressed, or raise PIPELINE_EXEC_MAX_UNPACK_RATIO.",
            )
