"""The four ops every job is made of. Each is a few lines around a stage; the work is in ``services``.

Dagster reads the annotations of ops at run time, so this module does without postponed ones.
"""

from dagster import AssetMaterialization, MetadataValue, OpExecutionContext, Out, graph, op

from pipeline_exec.dataplane.tally import Tally
from pipeline_exec.model.execution import Counts, Delivery, Stage
from pipeline_exec.orchestration.metadata import counts_metadata, delivery_metadata, facts_metadata
from pipeline_exec.orchestration.runs import RunAttempt
from pipeline_exec.services.plans import Output

ATTEMPT, STAGING = "attempt", "staging"
"""The resources the ops need."""


def _attempt(context: OpExecutionContext) -> RunAttempt:
    attempt: RunAttempt = getattr(context.resources, ATTEMPT)
    return attempt


@op(name=Stage.READ.value, out=Out(io_manager_key=STAGING), required_resource_keys={ATTEMPT})
def read(context: OpExecutionContext):  # type: ignore[no-untyped-def]  # Dagster would check the type at run time  # noqa: ANN201
    """Receive the input and read it as rows of text."""
    run = _attempt(context)
    with run.typed_failures():
        made = run.attempt.read()
    run.note(facts_metadata("read_as", made.facts))
    return made.followed_by(lambda: run.note(facts_metadata("read_as", made.facts)))


@op(name=Stage.MAP.value, out=Out(io_manager_key=STAGING), required_resource_keys={ATTEMPT})
def map_(context: OpExecutionContext, rows):  # type: ignore[no-untyped-def]  # as above  # noqa: ANN001, ANN201
    """Map the rows to the target's columns."""
    run = _attempt(context)
    with run.typed_failures():
        made = run.attempt.map(rows)
    run.note(facts_metadata("mapped_from", made.facts))
    return made


@op(name=Stage.VALIDATE.value, out=Out(io_manager_key=STAGING), required_resource_keys={ATTEMPT})
def validate(context: OpExecutionContext, rows):  # type: ignore[no-untyped-def]  # as above  # noqa: ANN001, ANN201
    """Check every cell; fail when more are erroneous than the threshold allows."""
    run = _attempt(context)

    def counted(counts: Counts, tally: Tally) -> None:
        run.note(counts_metadata(counts, tally))

    with run.typed_failures():
        return run.attempt.validate(rows, counted)


@op(name=Stage.WRITE.value, out=Out(io_manager_key=STAGING), required_resource_keys={ATTEMPT})
def write(context: OpExecutionContext, rows):  # type: ignore[no-untyped-def]  # as above  # noqa: ANN001, ANN201
    """Deliver the rows to every output."""
    run = _attempt(context)

    def delivered(output: Output, delivery: Delivery) -> None:
        asset = [run.attempt.plan.subject, output.name]
        context.log_event(
            AssetMaterialization(asset_key=asset, metadata=delivery_metadata(delivery, run.attempt.found()))
        )

    with run.typed_failures():
        written = run.attempt.write(rows, delivered)
    run.note({"rows": MetadataValue.int(written.rows)})


@graph
def execute() -> None:
    """Read, map, validate, write."""
    write(validate(map_(read())))
