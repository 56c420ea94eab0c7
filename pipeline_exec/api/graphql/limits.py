"""Limits: how much one operation may ask.

Strawberry's own limiters walk a fragment anew wherever it is spread, so that a few lines of fragments that spread one
another twice keep them busy for hours. This rule measures each fragment once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
)

DEEPEST = 12
"""Levels of fields. The schema itself ends at nine."""
MOST_ALIASES = 15
"""With aliases one operation can ask for the longest list many times."""
MOST_TOKENS = 2000
"""GraphiQL's introspection has 300."""


@dataclass(frozen=True)
class _Extent:
    """How far some selections reach."""

    depth: int = 0
    aliases: int = 0


class WithinLimits(ASTValidationRule):
    """Refuses operations that are too deep, or that have too many aliases; introspection is not counted in depth."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments: dict[str, _Extent] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Called by the validator."""
        extent = self._extent(node.selection_set)
        if extent.depth > DEEPEST:
            self.report_error(
                GraphQLError(f"The operation is {extent.depth} levels deep; {DEEPEST} are allowed.", node)
            )
        if extent.aliases > MOST_ALIASES:
            self.report_error(
                GraphQLError(f"The operation has {extent.aliases} aliases; {MOST_ALIASES} are allowed.", node)
            )

    def _refuse(self, node: OperationDefinitionNode, problem: str) -> None:
        self.report_error(GraphQLError(problem, node))

    def _extent(self, selections: SelectionSetNode) -> _Extent:
        parts = [self._of(selection) for selection in selections.selections]
        return _Extent(max(part.depth for part in parts), sum(part.aliases for part in parts))

    def _of(self, selection: SelectionNode) -> _Extent:
        match selection:
            case FragmentSpreadNode():
                return self._of_fragment(selection.name.value)
            case InlineFragmentNode():
                return self._extent(selection.selection_set)
            case FieldNode():
                return self._of_field(selection)
        raise AssertionError(selection)

    def _of_field(self, field: FieldNode) -> _Extent:
        below = self._extent(field.selection_set) if field.selection_set else _Extent()
        is_introspection = field.name.value.startswith("__")
        return _Extent(0 if is_introspection else below.depth + 1, below.aliases + (field.alias is not None))

    def _of_fragment(self, name: str) -> _Extent:
        if name not in self._fragments:
            # Until it is measured: a fragment that spreads itself is refused by another rule.
            self._fragments[name] = _Extent()
            fragment = self.context.get_fragment(name)
            if fragment is not None:
                self._fragments[name] = self._extent(fragment.selection_set)
        return self._fragments[name]
