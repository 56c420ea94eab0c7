"""PLUGIN: transformations that a deployment adds, found by their Python entry points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, ClassVar, Final

import pandas as pd
import pyarrow as pa
from pydantic import AfterValidator, Field

from pipeline_exec.dataplane.problems import listed, nearest
from pipeline_exec.dataplane.text import cut
from pipeline_exec.dataplane.transformations.step import RowFunction, RowStep, Surroundings, refuse_too_large

Transform = Callable[["pd.Series[str]"], "pd.Series[str]"]

GROUP: Final = "pipeline_exec.transformations"
"""The group of entry points in which plug-ins announce themselves."""


def plugins() -> Mapping[str, EntryPoint]:
    """The plug-ins installed, by name; none is loaded yet."""
    return {found.name: found for found in entry_points(group=GROUP)}


def _installed(name: str) -> str:
    known = plugins()
    if name not in known:
        meant = nearest(name, known)
        hint = f" (did you mean {meant}?)" if meant else ""
        there = f"there are {listed(known)}" if known else "none is installed"
        raise ValueError(f"{cut(name)!r} is no plug-in of this deployment{hint}; {there}")
    return name


class Plugin(RowStep):
    """What a plug-in of the deployment makes of the text.

    A plug-in is a function from a pandas Series of text (backed by Arrow, empty cells ``NA``) and its arguments to a
    Series of as many texts under the same index; or a class that is made with the arguments, whose objects are called
    with the Series.
    """

    sees_columns: ClassVar[bool] = False
    name: Annotated[str, AfterValidator(_installed)]
    arguments: dict[str, Any] = Field(default_factory=dict)

    def prepared(self, _: Surroundings) -> RowFunction:
        transform = self._loaded()
        return RowFunction((), lambda text, _: self._applied(transform, text))

    def _loaded(self) -> Transform:
        try:
            loaded = plugins()[_installed(self.name)].load()
            made: Transform = (
                loaded(**self.arguments) if isinstance(loaded, type) else partial(loaded, **self.arguments)
            )
        except Exception as error:  # whatever somebody else's code raises
            raise self._failed("cannot be loaded", error) from error
        return made

    def _applied(self, transform: Transform, text: pa.StringArray) -> pa.StringArray:
        series: pd.Series[str] = pd.Series(pd.array(text, dtype=pd.ArrowDtype(pa.string())))
        try:
            answer = transform(series.copy())
        except Exception as error:  # whatever somebody else's code raises
            raise self._failed("failed", error) from error
        if not isinstance(answer, pd.Series) or not answer.index.equals(series.index):
            raise ValueError(f"the plug-in {self.name!r} did not answer a Series with the index it was given")
        return self._texts(answer)

    def _texts(self, answer: pd.Series[str]) -> pa.StringArray:
        try:
            made = pa.array(answer, from_pandas=True)
            if not _is_text(made.type):
                raise pa.ArrowInvalid(f"they are of type {made.type}")
            refuse_too_large(int(made.nbytes))
            return (made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made).cast(pa.string())
        except pa.ArrowException as error:
            raise ValueError(f"the plug-in {self.name!r} did not answer texts: {error}") from error

    def _failed(self, what: str, error: Exception) -> ValueError:
        return ValueError(f"the plug-in {self.name!r} {what}: {type(error).__name__}: {cut(str(error))}")


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.string_view(), pa.null())
