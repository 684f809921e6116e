"""What every engine promises of texts and questions of any shape, and of names."""

import pytest

from indexer.document import Filter
from indexer.lexical import LexicalIndex
from indexer.text.analysis import MAX_TERMS
from indexer.text.wanted import wanted
from tests.contracts.lexical_base import EVERYONE, EngineContract, found, some_document


class TextContract(EngineContract):
    """Words of any script, questions of any shape."""

    @pytest.mark.parametrize(
        ("text", "question"),
        [
            ("Die Größe zählt", "größe"),
            ("Die Größe zählt", "GROSSE"),
            ("Die Gro\u0308ße zählt", "Größe"),
            ("Un café à la crème", "cafe creme"),
            ("Łódź i Gdańsk", "lodz"),
            ("Управление командой", "управление"),
            ("検索エンジンの評価", "検索"),
            ("إدارة الفريق", "الفريق"),
            ("ניהול צוות", "צוות"),
            ("टीम प्रबंधन", "प्रबंधन"),
            ("ΟΔΟΣ", "οδος"),
            ("x\0zebra\0y", "zebra"),
        ],
    )
    def test_words_of_any_script_are_found(
        self, index: LexicalIndex, text: str, question: str
    ) -> None:
        index.put([some_document("a", text), some_document("b", "unrelated text")])
        index.commit(1)
        assert found(index, question) == ["a"]

    @pytest.mark.parametrize(
        "question",
        [
            "",
            " \t\n",
            "?!… --- «»",
            'zebra AND (NOT "horse") OR *:* ~2 ^3 [a TO z] body:zebra',
            '"zebra',
            "+zebra -horse /regex.*/ {!func}",
            "\0zebra\0",
            "\u202ezebra\u202c",
            "the and of",
            "zebra " * 2_000,
            " ".join(f"word{n}" for n in range(2 * MAX_TERMS)) + " zebra",
            "z" * 10_000,
            "\ud800 zebra",
        ],
    )
    def test_a_question_of_any_shape_is_only_words(
        self, index: LexicalIndex, question: str
    ) -> None:
        index.put([some_document("zebra", "a zebra"), some_document("horse", "a horse")])
        index.commit(1)
        terms = wanted(question).scored
        expected = {"zebra", "hors"} & set(terms)
        assert {name[:4] for name in found(index, question)} == {term[:4] for term in expected}
        assert len(terms) <= MAX_TERMS
        index.named(question, EVERYONE)

    def test_a_document_of_any_text_is_taken(self, index: LexicalIndex) -> None:
        texts = ["", "\0", "z" * 100_000, "\ud800 lonely", "word " * 50_000, "a\u2028b\x1f\x85c"]
        index.put([some_document(str(n), text) for n, text in enumerate(texts)])
        index.commit(1)
        assert index.documents == len(texts)
        assert found(index, "lonely") == ["3"]

    def test_a_name_finds_its_documents_exactly(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("1", names=("Daily Stand-up", "P-17")),
                some_document("2", "Daily stand-up", names=("Daily Stand-up Notes",)),
                some_document("3", names=("¡Daily  Standup!",), kind="a"),
                some_document("4", names=("p 17", "!!")),
            ]
        )
        index.commit(1)
        assert index.named("daily stand up?", EVERYONE) == ["1"]
        assert index.named("DAILY STANDUP", EVERYONE) == ["3"]
        assert index.named("p-17", EVERYONE) == ["1", "4"]
        assert index.named("daily", EVERYONE) == []
        assert index.named("!!", EVERYONE) == []
        assert index.named("p-17", Filter(audience=frozenset({"board"}))) == []
