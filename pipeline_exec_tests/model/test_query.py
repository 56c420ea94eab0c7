from pipeline_exec.model.query import AllOf, AnyOf, Comparison, Not, Operator, Ordering, Query

FAILED = Comparison("status", Operator.EQ, "FAILED")
MINE = Comparison("created_by.id", Operator.EQ, "1")


def test_a_query_asks_for_the_newest_of_all_when_nothing_is_said():
    assert Query() == Query(
        condition=AllOf(()), orderings=(Ordering("created_at", descending=True),), offset=0, limit=25
    )


def test_narrowing_keeps_the_question_its_order_and_its_page():
    question = Query(condition=AnyOf((FAILED, Not(MINE))), orderings=(Ordering("status"),), offset=50, limit=10)

    assert question.also(MINE) == Query(
        condition=AllOf((AnyOf((FAILED, Not(MINE))), MINE)), orderings=(Ordering("status"),), offset=50, limit=10
    )
