"""Cases by number: the same number, the same file."""

from dataclasses import dataclass
from pathlib import PurePath
from random import Random

from pipeline_exec.formats.registry import TABLE
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.fuzz.corpus import CELLS, WRAPPERS, seeds
from pipeline_exec_tests.fuzz.mutations import TOKENS, mutated
from pipeline_exec_tests.fuzz.records import AROUND, regular_record

COUNTED = "counted"
"""The kind of the delimited texts whose number of records is known."""
NOISE = "noise"
"""The kind of what was never a file of any format."""
REGULAR = "regular"
"""The kind of what is long and regular but for its mutations, so that it is read many records at once."""
KINDS = (*TABLE, *WRAPPERS, NOISE, COUNTED, REGULAR)
ALPHABETS = (b'a1,"\n', b"a1;'\n\r", b'{}[]":,1a\n ', b'<>/a="&; \n!-?', b"ab\t\n\x00", bytes(range(256)))
MOST_RECORDS = 60
LONG = {"json": 80_000, "jsonl": 80_000, "xml": 300_000}
"""Characters of such a file: the first of them are read one by one, whatever they are."""
DETECTED = ReadOptions()


@dataclass(frozen=True)
class Case:
    """A file as it came, and how it is to be read."""

    number: int
    kind: str
    name: str
    data: bytes
    options: ReadOptions = DETECTED
    records: int | None = None
    """How many it holds, its header among them, where that is known."""

    @property
    def file_name(self) -> str:
        """Under which it can be kept."""
        return f"{self.number}-{self.kind}{''.join(PurePath(self.name).suffixes[-2:])}"


def case(number: int, kind: str | None = None) -> Case:
    """The case of a number; of the kind whose turn it is when none is given."""
    kind = kind or KINDS[number % len(KINDS)]
    random = Random(f"{kind} {number}")
    if kind == COUNTED:
        return _counted(number, random)
    if kind == REGULAR:
        return _regular(number, random)
    if kind == NOISE:
        return Case(number, kind, _name(random, "noise.csv"), _noise(random))
    seed = random.choice(seeds()[kind])
    other = random.choice(seeds()[random.choice([kind, kind, *TABLE])])
    return Case(number, kind, _name(random, seed.name), mutated(seed.data, random, other.data), _options(random))


def _name(random: Random, name: str) -> str:
    """Mostly the name; sometimes that of another format, or none."""
    return random.choice([*[name] * 12, "table", "table.bin", *(f"table.{other}" for other in TABLE)])


def _options(random: Random) -> ReadOptions:
    if random.random() < 0.7:
        return ReadOptions()
    choices = [
        {"header_row": random.choice([None, 1, 2, 9])},
        {"delimiter": random.choice([",", ";", "\t", "||", " ", "é"])},
        {"quote": random.choice(['"', "'", ""]), "escape": random.choice(["\\", ""])},
        {"encoding": random.choice(["utf-8", "utf-16", "cp1252", "shift_jis"])},
        {"format": random.choice(list(TABLE))},
        {"ragged_rows": "pad", "tables": "one"},
        {"record_path": random.choice(["a", "a.b", "items", ""])},
        {"sheet": random.choice([1, 2, "Data"])},
        {"header_rows": random.choice([1, 2, 3]), "footer_rows": random.choice([0, 1, 5])},
        {"compression": random.choice(["none", "gzip", "zip"])},
    ]
    given: dict[str, object] = {}
    for options in random.sample(choices, random.choice([1, 1, 2])):
        given |= options
    return ReadOptions(**given)


def _noise(random: Random) -> bytes:
    alphabet, size = random.choice(ALPHABETS), random.choice([0, 1, 3, 30, 300, 3_000])
    pieces = [
        bytes([random.choice(alphabet)]) if random.random() < 0.95 else random.choice(TOKENS) for _ in range(size)
    ]
    return b"".join(pieces)


def _regular(number: int, random: Random) -> Case:
    """Records of a few shapes over and over, changed in a few places."""
    name = random.choice(list(LONG))
    shapes = [regular_record(name, random) for _ in range(random.choice([1, 2, 5]))]
    begins, between, ends = random.choice(AROUND[name])
    count = LONG[name] // sum(map(len, shapes)) + 1
    data = f"{begins}{between.join(shapes * count)}{ends}".encode()
    other = regular_record(random.choice(list(LONG)), random).encode()
    return Case(number, REGULAR, f"regular.{name}", mutated(data, random, other))


def _counted(number: int, random: Random) -> Case:
    """Records with more or fewer cells than there are columns, of any text; none of them is blank."""
    width, count = random.randint(2, 7), random.randint(1, MOST_RECORDS)
    raggedness = random.choice([0, 0, 0.05, 0.3])
    records = [[f"column {place}" for place in range(width)]]
    for record in range(count):
        cells = [f"r{record}", *(random.choice(CELLS) or "" for _ in range(width - 1))]
        if random.random() < raggedness:
            cells = random.choice([cells[: random.randint(1, width)], [*cells, *random.choices(["", "more"], k=3)]])
        records.append(cells)
    delimiter, end, is_all_quoted = random.choice(",;\t|"), random.choice(["\n", "\r\n"]), random.random() < 0.2
    lines = [delimiter.join(_shown(cell, delimiter, is_all_quoted) for cell in record) + end for record in records]
    data = "".join(lines).encode(random.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))
    told = {"delimiter": delimiter, "escape": "", "header_row": 1, "header_rows": 1, "footer_rows": 0, "tables": "one"}
    options = ReadOptions(quote='"', **(told if random.random() < 0.7 else {}))
    return Case(number, COUNTED, "counted.csv", data, options, len(records))


def _shown(cell: str, delimiter: str, is_all_quoted: bool) -> str:
    must = is_all_quoted or not {delimiter, '"', "\r", "\n"}.isdisjoint(cell)
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if must else cell
