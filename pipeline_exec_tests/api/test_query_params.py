"""Both encodings of a query mean the same, and what cannot be meant is refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.api.query_params import Options, list_request, page_request
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.query import AllOf, AnyOf, Comparison, Not, Operator, Ordering, Query

names = st.from_regex(r"[a-z_]{1,8}(\.[a-z_]{1,8}){0,2}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_characters=",", exclude_categories=["C"]), min_size=1).map(
    lambda text: f"x{text}x"
)
scalars = st.one_of(texts, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
single = [operator.value for operator in Operator if operator not in (Operator.IN, Operator.NIN, Operator.NULL)]
operators = st.one_of(
    st.dictionaries(st.sampled_from(single), scalars, min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["$in", "$nin"]), st.lists(scalars, min_size=1, max_size=3), min_size=1),
    st.fixed_dictionaries({"$null": st.booleans()}),
)
conditions = st.recursive(
    st.dictionaries(names, st.one_of(scalars, operators), max_size=3),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"$and": st.lists(inner.filter(bool), min_size=1, max_size=3)}),
        st.fixed_dictionaries({"$or": st.lists(inner.filter(bool), min_size=1, max_size=3)}),
        st.fixed_dictionaries({"$not": inner.filter(bool)}),
    ),
    max_leaves=8,
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "filters": conditions,
        "sort": st.dictionaries(names, st.sampled_from(["asc", "desc"]), min_size=1, max_size=3),
        "pagination": st.fixed_dictionaries({"limit": st.integers(1, 500), "offset": st.integers(0, 10**9)}),
        "options": st.fixed_dictionaries({"attach_meta": st.booleans()}),
    },
)


def in_json(request):
    return [(name, json.dumps(value)) for name, value in request.items()]


def in_brackets(request):
    return [item for name, value in request.items() for item in bracketed(name, value)]


def bracketed(key, value):
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from bracketed(f"{key}[{name}]", part)
    else:
        yield key, value if isinstance(value, str) else json.dumps(value)


def asked(*items):
    return list_request(items).query


@given(requests)
def test_both_encodings_of_a_query_mean_the_same(request):
    assert list_request(in_json(request)) == list_request(in_brackets(request))


def test_the_example_of_the_contract_is_understood():
    query = asked(
        ("filters[pipeline]", "ID"),
        ("filters[$and][0][status][$in]", "FAILED"),
        ("sort[created_at]", "desc"),
        ("pagination[limit]", "10"),
    )

    assert query == Query(
        condition=AllOf(
            (
                Comparison("pipeline", Operator.EQ, "ID"),
                AllOf((Comparison("status", Operator.IN, ("FAILED",)),)),
            )
        ),
        orderings=(Ordering("created_at", descending=True),),
        limit=10,
    )


def test_without_parameters_the_newest_25_are_asked_for():
    assert asked() == Query()


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([("filters[status][$in]", "FAILED,PROCESSING")], id="commas"),
        pytest.param([("filters[status][$in]", "FAILED"), ("filters[status][$in]", "PROCESSING")], id="repeated"),
        pytest.param([("filters[status][$in][]", "FAILED"), ("filters[status][$in][]", "PROCESSING")], id="[]"),
        pytest.param([("filters[status][$in][1]", "PROCESSING"), ("filters[status][$in][0]", "FAILED")], id="indexed"),
        pytest.param([("filters", '{"status": {"$in": ["FAILED", "PROCESSING"]}}')], id="JSON list"),
        pytest.param([("filters", '{"status": {"$in": "FAILED, PROCESSING"}}')], id="JSON text"),
        pytest.param([("filters", '{"status": ["FAILED", "PROCESSING"]}')], id="JSON list without an operator"),
        pytest.param([("filters[status]", "FAILED"), ("filters[status]", "PROCESSING")], id="repeated equality"),
    ],
)
def test_a_list_of_values_can_be_written_in_every_usual_way(items):
    assert asked(*items).condition == Comparison("status", Operator.IN, ("FAILED", "PROCESSING"))


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([("sort", '{"status": "asc", "created_at": "desc"}')], id="JSON object"),
        pytest.param([("sort", '["status:asc", "created_at:desc"]')], id="JSON list"),
        pytest.param([("sort[status]", "asc"), ("sort[created_at]", "desc")], id="brackets"),
        pytest.param([("sort[0]", "status:asc"), ("sort[1]", "created_at:desc")], id="indexed brackets"),
    ],
)
def test_several_keys_sort_in_the_order_they_are_written_in(items):
    assert asked(*items).orderings == (Ordering("status"), Ordering("created_at", descending=True))


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([("filters[configuration.developer_mode]", "true")], id="dots in brackets"),
        pytest.param([("filters[configuration][developer_mode]", "true")], id="nested brackets"),
        pytest.param([("filters", '{"configuration": {"developer_mode": true}}')], id="nested JSON"),
        pytest.param([("filters", '{"configuration.developer_mode": {"$eq": true}}')], id="dots in JSON"),
    ],
)
def test_a_nested_attribute_can_be_written_in_dots_or_nested(items):
    assert asked(*items).condition == Comparison("configuration.developer_mode", Operator.EQ, "true")


def test_null_asks_for_what_has_no_value():
    assert asked(("filters", '{"source": null}')).condition == Comparison("source", Operator.NULL, "true")
    assert asked(("filters", '{"source": {"$ne": null}}')).condition == Comparison("source", Operator.NULL, "false")


def test_conditions_nest():
    condition = asked(
        ("filters", '{"$or": [{"status": "FAILED"}, {"$not": {"duration": {"$gt": 5, "$lte": 10}}}]}')
    ).condition

    assert condition == AnyOf(
        (
            Comparison("status", Operator.EQ, "FAILED"),
            Not(AllOf((Comparison("duration", Operator.GT, "5"), Comparison("duration", Operator.LTE, "10")))),
        )
    )


def test_an_attribute_can_be_negated():
    condition = asked(("filters[name][$not][$contains]", "test")).condition

    assert condition == Not(AllOf((Comparison("name", Operator.CONTAINS, "test"),)))


def test_options_are_read():
    assert list_request([("options[attach_meta]", "true")]).options == Options(attach_meta=True)


@pytest.mark.parametrize(
    ("items", "field", "said"),
    [
        pytest.param(
            [("filters[status][$like]", "x")],
            "filters.status.$like",
            "is not an operator; there are $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $contains, $starts_with, $null",
            id="unknown operator",
        ),
        pytest.param(
            [("filters[$xor][0][a]", "1")], "filters.$xor", "there are $and, $or, $not", id="unknown connective"
        ),
        pytest.param(
            [("filter[status]", "FAILED")], "filter[status]", "sort, filters, pagination", id="unknown parameter"
        ),
        pytest.param([("limit", "10")], "limit", "is not one there is here", id="a parameter of other APIs"),
        pytest.param(
            [("filters", "{")], "filters", "is not JSON; write JSON, or filters[attribute]=value", id="broken JSON"
        ),
        pytest.param([("filters", "[" * 100_000)], "filters", "is not JSON", id="JSON that is too deep to parse"),
        pytest.param([("filters", '{"a": NaN}')], "filters", "holds NaN", id="not a number"),
        pytest.param([("filters", '"FAILED"')], "filters", "is an object", id="JSON that is no object"),
        pytest.param(
            [("filters[a]", "1"), ("filters[a][$ne]", "2")], "filters[a][$ne]", "contradicts", id="value and object"
        ),
        pytest.param(
            [("filters[a][$ne]", "2"), ("filters[a]", "1")], "filters[a]", "contradicts", id="object and value"
        ),
        pytest.param([("filters", "{}"), ("filters", "{}")], "filters", "more than once", id="given twice"),
        pytest.param(
            [("filters[a]", "1"), ("filters", "{}")], "filters", "more than once", id="given in both encodings"
        ),
        pytest.param([("filters", "{}"), ("filters[a]", "1")], "filters", "more than once", id="JSON, then brackets"),
        pytest.param([("filters", '{"a": {}}')], "filters.a", "nothing to compare", id="nothing to compare with"),
        pytest.param(
            [("filters", '{"a": {"$gt": [1]}}')], "filters.a.$gt", "takes one value", id="a list where none fits"
        ),
        pytest.param(
            [("filters", '{"a": {"$gt": null}}')], "filters.a.$gt", "takes a value", id="null where none fits"
        ),
        pytest.param([("filters", '{"$or": {}}')], "filters.$or", "takes a list", id="or without a list"),
        pytest.param([("sort[a]", "up")], "sort.a", "asc or desc", id="unknown direction"),
        pytest.param([("sort", '"a"')], "sort", "asc or desc", id="sort that is no object"),
        pytest.param(
            [("pagination[limit]", "501")], "pagination.limit", "less than or equal to 500", id="limit too large"
        ),
        pytest.param(
            [("pagination[limit]", "0")], "pagination.limit", "greater than or equal to 1", id="limit of nothing"
        ),
        pytest.param(
            [("pagination[offset]", "-1")], "pagination.offset", "greater than or equal to 0", id="negative offset"
        ),
        pytest.param([("pagination[offset]", "9" * 30)], "pagination.offset", "less than", id="offset beyond all"),
        pytest.param([("pagination[page]", "2")], "pagination.page", "is not a known attribute", id="unknown page"),
        pytest.param([("options[meta]", "1")], "options.meta", "is not a known attribute", id="unknown option"),
        pytest.param([("filters" + "[a]" * 41, "1")], "filters", "nested more than", id="deep brackets"),
        pytest.param(
            [("filters", '{"$not":' * 30 + "{}" + "}" * 30)],
            "filters" + ".$not" * 20,
            "nested more than",
            id="deep JSON",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(items, field, said):
    with pytest.raises(InvalidDocument) as refused:
        list_request(items)

    assert [problem.field for problem in refused.value.problems] == [field]
    assert said in refused.value.problems[0].message


def test_a_list_that_has_only_pages_refuses_filters():
    assert page_request([("pagination[offset]", "5")]).offset == 5
    with pytest.raises(InvalidDocument, match="pagination"):
        page_request([("filters[a]", "1")])
