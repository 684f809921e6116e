"""Text becomes the same terms everywhere."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text import analysis
from indexer.text.analysis import all_terms, name_key, spans, terms
from indexer.text.letters import set_off
from indexer.text.wanted import wanted

texts = st.text(st.one_of(st.characters(), st.sampled_from("aAsStT'\u2019\u0308 é検ひคह\u093f9_-")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Retrospectives are running", ["retrospect", "run"]),
        ("the and of", []),
        ("A user's view; users’ views; it’s O'Reilly's", ["user", "view", "user", "view"]),
        ("don't won't can’t", []),
        ("Größe GROSSE große", ["gross", "gross", "gross"]),
        ("Gro\u0308ße cafe\u0301s", ["gross", "cafe"]),
        ("x86-64 foo_bar C++ 3.14", ["x86", "64", "foo", "bar", "c", "3", "14"]),
        ("検索エンジン", ["検", "索", "え", "ん", "じ", "ん"]),
        ("smörgåsbord Ørsted Łódź", ["smorgasbord", "orst", "lodz"]),
        ("ﬁne ½ Ⅳ", ["fine", "12", "iv"]),
        ("⼀ ٣ \0\ud800", ["一", "3"]),
        ("๒๕๖๗ ปี๒๕๖๗ ੨੫", ["2567", "ปี", "2567", "25"]),
    ],
)
def test_terms_of(text: str, expected: list[str]) -> None:
    assert terms(text)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'OS", ["l", "!l", "&l'os", "os", "!os"]),
        ("dell’arte qu'il d'eau", ["dell", "!arte", "qu", "il", "eau"]),
        ("café's", ["cafe", "!café"]),
        ("IT it us don't", ["=it", "^it", "=us", "=don't"]),
        ("kube-proxy kube\u2011proxy", ["kube", "&kube-proxy", "~kubeproxy", "proxi"]),
        ("#盘点 -盘 @ป", ["&#盘", "%盘点", "&@ป"]),
        ("passé Hülle Åse", ["!passé", "~passe", "~hulle", "~huelle", "~ase", "~aase"]),
        ("1.10.2", ["1", "&1.10", "10", "&10.2", "2"]),
        ("(C++) .NET --force 5%", ["c", "&c++", "&.net", "net", "&--force", "forc", "&5%"]),
        ("sorted schön schon", ["sort", "!sorted", "schon", "!schön", "!schon"]),
        ("Straße STRASSE", ["strass", "!strasse"]),
        ("work\u00adflow", ["workflow", "!workflow"]),
        ("盘点a库", ["盘", "%盘点", "点", "=a", "库"]),
        ("1,234,567 1\u202f234.5 12'000", ["&1,234", "~1234567", "&1'234", "~12000"]),
        ("が ｶﾞ か サーバー", ["が", "が", "か", "%さー", "%ーば", "%ばー"]),
        ("กุญแจ", ["กุ", "%กุญ", "ญ", "%ญแ", "%แจ"]),
        ("서버를", ["서", "%서버", "%버를"]),
        ("葛\U000e0100飾", ["葛", "%葛飾"]),
        ("x\0y a\ud800b", ["x", "y", "b"]),
    ],
)
def test_what_is_exactly_asked_for_has_terms_of_its_own(text: str, expected: list[str]) -> None:
    found = all_terms(text)
    assert [term for term in expected if term not in found] == []


def test_a_space_put_in_or_left_out_beside_latin_letters_makes_no_other_terms() -> None:
    assert all_terms("点 a 库") == all_terms("点a库")


def test_what_holds_digits_together_is_a_space_to_all_else() -> None:
    assert "~12000" in all_terms("12\u00a0000")
    for text in ("12 000", "v12\u00a0000", "12\u00a00000", "12,000,00"):
        assert not [term for term in all_terms(text) if term[0] == "~"]
    assert [(start, end) for start, end, _ in spans("a 12\u202f000", {"~12000"})] == [(2, 8)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("が", "か"), ("ば", "ぱ"), ("ลา", "ล่า"), ("क़", "क"), ("l'OS", "los"), ("1.10", "1.1")],
)
def test_what_is_told_apart_in_its_script_is_told_apart_here(one: str, other: str) -> None:
    assert set(all_terms(one)) - set(all_terms(other))
    assert all_terms(one) != all_terms(other)


def test_only_the_beginning_of_an_endless_word_counts() -> None:
    assert terms("Z" * 100_000) == ["z" * analysis.MAX_WORD]


def test_names_differ_only_in_what_is_read() -> None:
    assert name_key(" ¿Daily  Stand-up? ") == name_key("daily STAND UP") == "daily stand up"
    assert name_key("The user's Größe") == "the users grosse"
    assert name_key("daily") != name_key("dailies")
    assert name_key("?!") == ""


@given(st.text(st.sampled_from("aAsTllLdD'09_-. \t"), max_size=30))
def test_a_name_in_plain_letters_has_the_key_that_it_has_beside_others(name: str) -> None:
    assert f"{name_key(name)} e".strip() == name_key(f"{name} é")


@given(texts)
def test_every_word_with_a_term_stands_where_it_says(text: str) -> None:
    found = list(spans(text))
    assert [term for _, _, term in found] == terms(text)
    assert all(terms(text[start:end]) == [term] for start, end, term in found)
    ends = [0, *(end for _, end, _ in found)]
    assert all(before <= place[0] < place[1] for before, place in zip(ends, found, strict=False))


@given(texts, st.sets(st.sampled_from("astx9é検ह")))
def test_the_words_wanted_are_those_of_all_whose_term_is_wanted(
    text: str, wanted: set[str]
) -> None:
    assert list(spans(text, wanted)) == [found for found in spans(text) if found[2] in wanted]


def test_a_word_is_found_where_it_stands_and_not_inside_another() -> None:
    text = "concat cat-concat cat\u2028cat's catcat (cat)"
    assert [(start, text[start:end]) for start, end, _ in spans(text, {"cat"})] == [
        (7, "cat"),
        (18, "cat"),
        (22, "cat's"),
        (36, "cat"),
    ]


def test_a_text_of_more_words_than_are_remembered_has_the_same_terms() -> None:
    few, text = analysis.Pieces(2), "Teams share what teams learned, share by share"
    for piece in text.split():
        assert few[piece].split() == analysis.all_terms(piece)
        assert len(few) <= 2


@given(texts)
def test_terms_are_never_empty_and_never_hold_a_space(text: str) -> None:
    assert all(term and not any(sign.isspace() for sign in term) for term in terms(text))


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_has_the_same_words_beside_other_scripts(text: str) -> None:
    assert terms(text + " ü") == [*terms(text), "u"]


@given(texts)
def test_letter_case_does_not_matter(text: str) -> None:
    plain = [word for word in text.split() if word.isascii()]
    assert terms(" ".join(plain).upper()) == terms(" ".join(plain).lower())


def test_a_question_of_one_long_piece_is_looked_through_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def noted(piece: str) -> Iterable[tuple[tuple[int, int], str]]:
        looked.append(piece)
        return set_off(piece)

    monkeypatch.setattr(analysis, "set_off", noted)
    for sign in "-.":
        piece = sign.join(["b", "1"] * 250)
        wanted(piece)
        all_terms(piece)
        assert looked.count(piece) == 1
