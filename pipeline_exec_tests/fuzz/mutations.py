"""Mutations: bytes flipped, cut, doubled, moved and put in; in archives also within their parts."""

import gzip
import io
import zlib
from collections.abc import Callable
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

from pipeline_exec.formats.compression.archive import DAMAGE

TOKENS = [
    *(b'"', b"'", b",", b";", b"\t", b"|", b"\\", b"\r", b"\n", b"\r\n", b"\x00", b"\x1f", b" ", b"=", b"#"),
    *(b'"\n', b'""', b'",', b',"', b"\n\n", b"\r\r\n", b'"' * 7, b"," * 50, b"\n" * 50, b";;;\n"),
    *(
        b"a,b\n",
        b"Total;1\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
    ),
    *(b"{", b"}", b"[", b"]", b'{"a":', b"[" * 200, b'{"a":' * 200, b"\\u", b"\\ud800", b"NaN", b"1e999", b"-"),
    *(b"9" * 5_000, b"<", b">", b"</", b"<a>", b"<a>" * 200, b"<!--", b"<![CDATA[", b"&lt;", b"&#0;", b"&#xD800;"),
    *(b"&x;", b"<?xml ", b'<!DOCTYPE a [<!ENTITY x "y">]>', b'<!DOCTYPE a SYSTEM "file:///etc/hostname">'),
    *(b'r="XFD1048576"', b'r="A0"', b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PAR1"),
    *(
        b"\xd0\xcf\x11\xe0",
        b"\xe2\x80\xa8",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x80",
        b"\x7f\xff\xff\xff",
        b"x" * 70_000,
    ),
]


def mutated(data: bytes, random: Random, other: bytes) -> bytes:
    """The data changed one to six times; ``other`` is what may be spliced into it."""
    inside = _inside(data)
    if inside is not None and random.random() < 0.7:
        return inside(data, random, other)
    for _ in range(random.choice([1, 1, 2, 3, 6])):
        data = random.choice(_CHANGES)(data, random, other)
    return data


def _flip(data: bytes, random: Random, _other: bytes) -> bytes:
    if not data:
        return b"\x00"
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _set(data: bytes, random: Random, _other: bytes) -> bytes:
    at = _place(data, random)
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, random: Random, _other: bytes) -> bytes:
    at = _place(data, random)
    return data[:at] + random.choice(TOKENS) + data[at:]


def _delete(data: bytes, random: Random, _other: bytes) -> bytes:
    start, end = _range(data, random)
    return data[:start] + data[end:]


def _double(data: bytes, random: Random, _other: bytes) -> bytes:
    start, end = _range(data, random)
    return data[:end] + data[start:end] * random.choice([1, 1, 2, 50]) + data[end:]


def _move(data: bytes, random: Random, _other: bytes) -> bytes:
    start, end = _range(data, random)
    rest, at = data[:start] + data[end:], _place(data, random)
    return rest[:at] + data[start:end] + rest[at:]


def _splice(data: bytes, random: Random, other: bytes) -> bytes:
    start, end = _range(other, random)
    at = _place(data, random)
    return data[:at] + other[start:end] + data[at:]


def _truncate(data: bytes, random: Random, _other: bytes) -> bytes:
    return data[: _place(data, random)]


def _replace(data: bytes, random: Random, _other: bytes) -> bytes:
    """Everywhere one byte by another that means something: dialects nobody thought of."""
    if not data:
        return data
    return data.replace(bytes([random.choice(data)]), random.choice([b",", b";", b"\t", b"\n", b"\r", b'"', b" ", b""]))


def _recoded(data: bytes, random: Random, _other: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode(random.choice(["utf-16", "utf-16-be", "cp1252", "utf-32"]), "replace")


_CHANGES: list[Callable[[bytes, Random, bytes], bytes]] = [
    *(_flip, _set, _insert, _insert, _insert, _delete, _delete, _double, _move, _splice, _truncate, _replace, _recoded)
]


def _inside(data: bytes) -> Callable[[bytes, Random, bytes], bytes] | None:
    if data.startswith(b"PK\x03\x04"):
        return _zip_part
    return _gzip_content if data.startswith(b"\x1f\x8b") else None


def _zip_part(data: bytes, random: Random, other: bytes) -> bytes:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except DAMAGE:
        return _flip(data, random, other)
    if not parts:
        return data
    chosen = random.choice(list(parts))
    parts[chosen] = mutated(parts[chosen], random, random.choice(list(parts.values())))
    if random.random() < 0.05:
        del parts[chosen]
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _gzip_content(data: bytes, random: Random, other: bytes) -> bytes:
    try:
        return gzip.compress(mutated(gzip.decompress(data), random, other), mtime=0)
    except (OSError, EOFError, zlib.error):
        return _flip(data, random, other)


def _place(data: bytes, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _range(data: bytes, random: Random) -> tuple[int, int]:
    start = _place(data, random)
    return start, min(len(data), start + random.choice([1, 2, 5, 20, 100, 1_000]))
