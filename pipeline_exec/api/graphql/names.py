"""Names: what the schema calls the model's enums, where their own names say too little beside everything else."""

from __future__ import annotations

from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import StrawberryType
from strawberry.types.enum import StrawberryEnumDefinition

from pipeline_exec.model.connector import Direction
from pipeline_exec.model.execution import LogType, Status
from pipeline_exec.model.mapping_record import Method
from pipeline_exec.model.schedule import Frequency
from pipeline_exec.model.wrapper import SourceType

NAMES: dict[object, str] = {
    Direction: "ConnectorDirection",
    Frequency: "ScheduleFrequency",
    LogType: "ExecutionLogType",
    Method: "MatchMethod",
    SourceType: "WrapperSourceType",
    Status: "ExecutionStatus",
}


class Names(NameConverter):
    """Strawberry's names, but for these enums."""

    def from_enum(self, enum: StrawberryEnumDefinition) -> str:
        """The enum's own name."""
        return NAMES.get(enum.wrapped_cls, super().from_enum(enum))

    def get_name_from_type(self, type_: StrawberryType | type) -> str:
        """Its part in the name of a comparison."""
        if isinstance(type_, StrawberryEnumDefinition):
            return self.from_enum(type_)
        return super().get_name_from_type(type_)
