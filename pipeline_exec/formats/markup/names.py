"""Names in XML: with a prefix in the document, without where that is clear."""

from __future__ import annotations

from collections.abc import Iterable

#: Of attributes that say something about the document and nothing about its data.
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


class Prefixes:
    """The prefixes of a document that mean the namespace of XML Schema instances."""

    def __init__(self) -> None:
        self._of_instance = {"xsi"}

    def learn(self, attributes: list[str]) -> None:
        """Take over what attributes (names and values in turns) declare."""
        if _INSTANCE not in attributes:
            return
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            if value == _INSTANCE and name.startswith("xmlns:"):
                self._of_instance.add(name.removeprefix("xmlns:"))

    def is_data(self, attribute: str) -> bool:
        """Whether an attribute is none of those that declare namespaces, schemas and types."""
        prefix, _, _ = attribute.rpartition(":")
        return prefix != "xmlns" and attribute != "xmlns" and prefix not in self._of_instance

    def nil(self) -> frozenset[str]:
        """The names of the attribute by which an element has no value."""
        return frozenset(f"{prefix}:nil" for prefix in self._of_instance)


def shown(names: Iterable[str]) -> dict[str, str]:
    """What names that stand at one place are called: without prefix, unless two would then be called the same."""
    found = list(names)
    local = [name.rpartition(":")[2] for name in found]
    return {name: name if local.count(short) > 1 else short for name, short in zip(found, local, strict=True)}
