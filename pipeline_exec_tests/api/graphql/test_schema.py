"""The schema: as it is committed, described, and complete."""

from pathlib import Path
from typing import get_args

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from pipeline_exec import api
from pipeline_exec.api.graphql.print_schema import printed
from pipeline_exec.api.graphql.schema import schema
from pipeline_exec.model.connector import ConnectorDocument, Permissions
from pipeline_exec.model.document import Document
from pipeline_exec.model.mapping import ColumnMapping, MappingConfig, Transformation
from pipeline_exec.model.pipeline import (
    ErrorConfig,
    OutputOptions,
    PipelineConfiguration,
    PipelineDocument,
    ReadOptions,
)
from pipeline_exec.model.schedule import ScheduleConfig
from pipeline_exec.model.target_model import Option, TargetColumn, TargetModelDocument, Validation
from pipeline_exec.model.wrapper import WrapperDestination, WrapperDocument

COMMITTED = Path(api.__file__).parent / "graphql" / "schema.graphql"

DOCUMENTS = {
    "ColumnMapping": ColumnMapping,
    "Connector": ConnectorDocument,
    "ErrorConfig": ErrorConfig,
    "MappingConfig": MappingConfig,
    "Option": Option,
    "OutputOptions": OutputOptions,
    "Permissions": Permissions,
    "Pipeline": PipelineDocument,
    "PipelineConfiguration": PipelineConfiguration,
    "ReadOptions": ReadOptions,
    "ScheduleConfig": ScheduleConfig,
    "TargetColumn": TargetColumn,
    "TargetDataModel": TargetModelDocument,
    "Wrapper": WrapperDocument,
    "WrapperDestination": WrapperDestination,
}
"""What users write, by the name of its type; its input is called the same and Input."""


def named(graphql_type):
    return schema()._schema.type_map[graphql_type]


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def test_the_committed_schema_is_the_schema():
    assert COMMITTED.read_text() == printed(), "Print it anew: python -m pipeline_exec.api.graphql.print_schema"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_users_can_write_has_its_place_in_the_schema(name):
    attributes = {camel(attribute) for attribute in DOCUMENTS[name].model_fields}
    shown = set(named(name).fields) | {"connectorId"}
    assert attributes <= shown
    assert attributes == set(named(f"{name}Input").fields)


def test_no_document_within_another_is_forgotten():
    roots = {PipelineDocument, TargetModelDocument, ConnectorDocument, WrapperDocument}
    # Their arguments are those of their kind, so they are JSON.
    assert documents_within(roots) - {Transformation, Validation} == set(DOCUMENTS.values())


def documents_within(documents):
    found, annotations = (
        set(documents),
        [field.annotation for each in documents for field in each.model_fields.values()],
    )
    while annotations:
        annotation = annotations.pop()
        annotations += get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Document) and annotation not in found:
            found.add(annotation)
            annotations += [field.annotation for field in annotation.model_fields.values()]
    return found


def test_a_change_of_a_configuration_may_change_everything_in_it():
    change, whole = named("PipelineConfigurationChange").fields, named("PipelineConfigurationInput").fields
    assert set(change) == set(whole)
    assert not any(field.type.__class__.__name__ == "GraphQLNonNull" for field in change.values())


@pytest.mark.parametrize("kind", [GraphQLObjectType, GraphQLInputObjectType], ids=["types", "inputs"])
def test_every_type_is_described(kind):
    ours = [each for name, each in schema()._schema.type_map.items() if not name.startswith("__")]
    assert [each.name for each in ours if isinstance(each, kind) and not each.description] == []


@pytest.mark.parametrize("root", ["Query", "Mutation", "Subscription"])
def test_everything_that_can_be_asked_is_described(root):
    assert [name for name, field in named(root).fields.items() if not field.description] == []


def test_what_the_model_says_of_an_enum_is_said_in_the_schema():
    status = named("ExecutionStatus")
    assert status.description == "Where an execution, or one attempt at it, stands."
    assert status.values["FAILED"].description == "It ended with an error; a fix may run it again."


def test_every_mutation_answers_with_a_union_that_has_a_problem():
    problem = named("Problem")
    for name, field in named("Mutation").fields.items():
        members = field.type.of_type.types
        assert any(problem in member.interfaces for member in members), name
        assert any(problem not in member.interfaces for member in members), name


def test_one_schema_serves_all():
    assert schema() is schema()
