"""In which encoding a text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import decoding, utf8
from pipeline_exec.formats.decoding import open_utf8, text
from pipeline_exec.formats.encoding import detect, detect_with_slips
from pipeline_exec.model.encoding import codec_name

# ruff: noqa: RUF001  # the alphabets are the point
GERMAN = "Größe;Füße;Straße\nsüß;€ 5,00;„ja“\nZoë;Œuvre;naïve\n"
POLISH = "imię;miasto\nŁukasz;Łódź\nJędrzej;Gdańsk\nBłażej;Kraków, Świętokrzyska\nżółć;mąż\n" * 3
RUSSIAN = "имя;город\nИван Петров;Москва\nМария Сидорова;Санкт-Петербург\n" * 3
TURKISH = "Şehir,Ürün\nİstanbul,Çay\nIğdır,Taze kayısı ve üzüm\nMuğla,Soğuk sıkım zeytinyağı\n"
CZECH = "jméno,město\nŽofie Dvořáková,Plzeň\nJiří Šťastný,České Budějovice\nĎuriš,Žilina\n"
BALTIC = "vardas,miestas\nŽydrūnas,Šiauliai\nRūta,Panevėžys\nAudrė,Mažeikiai\nĄžuolas,Kėdainiai\n"
HEBREW = "שם,עיר\nדוד,ירושלים\nשרה,תל אביב\nמשה,חיפה\n"
ARABIC = "اسم,مدينة\nمحمد,القاهرة\nفاطمة,دمشق\nعلي,بغداد\n"
VIETNAMESE = "tên\nNguyê\u0303n Đa\u0300\nTrâ\u0300n Nô\u0323i\n"
EURO = "œuvre,prix\nsœur aînée,30 €\nété à Besançon,20 €\n"
JAPANESE = "名前,都市\n東京,大阪\n山田,京都\n"
CHINESE = "姓名,城市\n张伟,北京\n李娜,上海市浦东新区\n王芳,广州\n"
KOREAN = "이름,도시\n김철수,서울\n이영희,부산\n박민수,대구\n"
KANA = "名前,都市\n東京,大阪\n山田さん,きょうと\nタナカ,サッポロ\n" * 2
THAI = "ชื่อ,เมือง\nสมชาย,กรุงเทพ\nสมหญิง,เชียงใหม่\nวิชัย,ภูเก็ต\n"
GREEK = "όνομα;πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\nΜαρία;Θεσσαλονίκη\n" * 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"id,name\n1,Anna\n", "utf-8", id="ASCII"),
        pytest.param(b"", "utf-8", id="nothing"),
        pytest.param(GERMAN.encode(), "utf-8", id="UTF-8"),
        pytest.param(GERMAN.encode("utf-8-sig"), "utf-8", id="UTF-8 with a mark"),
        pytest.param(GERMAN.encode("utf-16"), "utf-16-le", id="UTF-16 with a mark"),
        pytest.param(b"\xfe\xff" + GERMAN.encode("utf-16-be"), "utf-16-be", id="UTF-16, big end first, with a mark"),
        pytest.param(GERMAN.encode("utf-16-le"), "utf-16-le", id="UTF-16"),
        pytest.param(GERMAN.encode("utf-16-be"), "utf-16-be", id="UTF-16, big end first"),
        pytest.param(GERMAN.encode("utf-32"), "utf-32-le", id="UTF-32 with a mark"),
        pytest.param(GERMAN.encode("cp1252"), "cp1252", id="Windows-1252"),
        pytest.param(
            GERMAN.replace("€", "").replace("„", "").replace("“", "").replace("Œ", "").encode("latin-1"),
            "cp1252",
            id="ISO 8859-1",
        ),
        pytest.param(RUSSIAN.encode("cp1251"), "cp1251", id="Windows-1251"),
        pytest.param(GREEK.encode("cp1253"), "cp1253", id="Windows-1253"),
    ],
)
def test_an_encoding_is_detected(tmp_path, content, expected):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert detect(path, None) == expected


@pytest.mark.parametrize(
    ("written", "codec"),
    [
        pytest.param(TURKISH, "cp1254", id="Turkish, Windows-1254"),
        pytest.param(TURKISH, "iso8859-9", id="Turkish, ISO 8859-9"),
        pytest.param(CZECH, "cp1250", id="Czech, Windows-1250"),
        pytest.param(CZECH, "iso8859-2", id="Czech, ISO 8859-2"),
        pytest.param(BALTIC, "cp1257", id="Baltic, Windows-1257"),
        pytest.param(HEBREW, "cp1255", id="Hebrew, Windows-1255"),
        pytest.param(ARABIC, "cp1256", id="Arabic, Windows-1256"),
        pytest.param(VIETNAMESE, "cp1258", id="Vietnamese, Windows-1258"),
        pytest.param(EURO, "iso8859-15", id="French, ISO 8859-15"),
        pytest.param(RUSSIAN, "iso8859-5", id="Russian, ISO 8859-5"),
        pytest.param(RUSSIAN, "koi8-r", id="Russian, KOI8-R"),
        pytest.param(RUSSIAN, "utf-16-le", id="Russian, UTF-16 without a mark"),
        pytest.param(CHINESE, "gbk", id="Chinese, GBK"),
        pytest.param(KOREAN, "euc_kr", id="Korean, EUC-KR"),
        pytest.param(KANA, "euc_jp", id="Japanese, EUC-JP"),
        pytest.param(KANA, "shift_jis", id="Japanese, Shift JIS"),
        pytest.param(THAI, "cp874", id="Thai, Windows-874"),
        pytest.param(JAPANESE, "utf-16-be", id="Japanese, UTF-16 without a mark, big end first"),
        pytest.param(JAPANESE, "utf-32-le", id="Japanese, UTF-32 without a mark"),
        pytest.param(GERMAN, "utf-32-be", id="German, UTF-32 without a mark, big end first"),
    ],
)
def test_text_is_read_as_what_it_was_written_as(tmp_path, written, codec):
    path = tmp_path / "a.csv"
    path.write_bytes(written.encode(codec))
    assert "".join(text(path, detect(path, None))) == written


@pytest.mark.parametrize("codec", ["cp1250", "iso8859-2"])
def test_polish_is_read_as_polish(tmp_path, codec):
    path = tmp_path / "a.csv"
    path.write_bytes(POLISH.encode(codec))
    assert "".join(text(path, detect(path, None))) == POLISH


@given(
    written=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff")),
    codec=st.sampled_from(["utf-8", "utf-16", "utf-32-be"]),
    size=st.integers(1, 9),
)
def test_the_same_text_comes_out_as_text_and_as_bytes(tmp_path, monkeypatch, written, codec, size):
    monkeypatch.setattr(decoding, "CHUNK", size)
    path = tmp_path / "a.txt"
    path.write_bytes(written.encode(codec))
    assert "".join(text(path, codec)) == written
    with open_utf8(path, codec) as file:
        assert b"".join(iter(lambda: file.read(size), b"")).decode() == written


@pytest.mark.parametrize("name", ["klingon", "zip", "hex", "rot13", "utf-7", "unicode_escape", "", "a\0b", "../x"])
def test_what_is_no_encoding_has_no_name(name):
    assert codec_name(name) is None


def test_an_encoding_that_is_set_is_taken(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xa4 5")
    assert detect(path, "ISO-8859-15") == "iso8859-15"
    assert "".join(text(path, "iso8859-15")) == "€ 5"


def test_a_file_that_is_not_in_the_encoding_that_is_set_says_what_it_may_be(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Jürgen".encode("cp1252"))
    with pytest.raises(ParsingFailure, match="it may be cp1252"):
        detect(path, "utf-8")


@given(text=st.text(max_size=40), chunk=st.integers(1, 9), is_cut=st.booleans())
def test_utf8_is_known_wherever_a_piece_of_the_file_ends(tmp_path, monkeypatch, text, chunk, is_cut):
    monkeypatch.setattr(utf8, "CHUNK", chunk)
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode() + "ä".encode()[: 1 if is_cut else 2])
    assert utf8.is_utf8(path) is not is_cut


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    behind=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    chunk=st.integers(4, 40),
)
def test_the_first_wrong_byte_of_utf8_is_found_wherever_a_piece_of_the_file_ends(
    tmp_path, monkeypatch, text, behind, chunk
):
    monkeypatch.setattr(utf8, "CHUNK", chunk)
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode() + b"\xff" + behind.encode())
    stop = utf8.first_stop(path)
    assert (stop.byte, stop.line) == (len(text.encode()), text.count("\n") + 1)


GREEN = "Grün,Äpfel\n" * 50


@pytest.mark.parametrize(
    "given",
    [None, "utf-8"],
    ids=["nothing is set", "UTF-8 is set"],
)
@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(GREEN.encode() + b"Gr\xfcn,1\n" + GREEN.encode(), 51, id="in the middle"),
        pytest.param(b"Gr\xfcn,1\n" + GREEN.encode(), 1, id="at the beginning"),
        pytest.param(GREEN.encode() + b"Gr\xc3", 51, id="at the end, where a character is cut off"),
    ],
)
def test_a_slip_in_utf8_is_told_and_no_other_encoding(tmp_path, content, line, given):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    name, slips = detect_with_slips(path, given)
    assert (name, slips.count, slips.first.line) == ("utf-8", 1, line)
    assert content[slips.first.byte] in b"\xfc\xc3"


def test_text_in_utf8_followed_by_as_much_in_another_encoding_is_neither(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(GREEN.encode() + GREEN.encode("cp1252"))
    with pytest.raises(ParsingFailure, match="up to line 51, where"):
        detect_with_slips(path, None)


def test_where_slips_are_not_looked_for_they_are_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(GREEN.encode() + b"Gr\xfcn,1\n")
    with pytest.raises(ParsingFailure, match="up to line 51, where"):
        detect(path, None)
