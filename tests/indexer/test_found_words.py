"""Who has a word whole is before who has its parts, and no more is told than stands there."""

from collections.abc import Iterator

import pytest

from indexer.document import Hit
from indexer.index import HybridIndex
from indexer.ranking.apart import SHOWN
from indexer.ranking.found_words import Found, are_all, found_words, written
from indexer.text import snippets
from tests.indexer.test_exact_words import EVERYONE, FILLER, Unreading, document

CHINESE = "天气很好,我们去河边走走。然后大家一起吃饭唱歌。"
KOREAN = "오늘은 날씨가 좋다. 우리는 강가를 걷는다. "
JAPANESE = "今日は天気がいいので、みんなで川へ行きます。"
SCATTERED = ["配置、置文、文件", "文件。置文。配置", "置文。配置。置文。文件", "文件,配置,置文"]
SYLLABLES = ["환경과 경설과 설정", "설정, 환경, 경설", "경설. 설정. 환경", "환경, 경설, 설정"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridIndex]:
    def fill(index: HybridIndex) -> None:
        index.put(
            [
                *(document(f"other{n}", FILLER * (1 + n % 3)) for n in range(9)),
                *(document(f"pairs{n}", f"{each}。也。" * 3) for n, each in enumerate(SCATTERED)),
                *(
                    document(f"syllables{n}", f"{each}. 또. " * 3)
                    for n, each in enumerate(SYLLABLES)
                ),
                *(document(f"append{n}", "Append to it. " * (n + 1)) for n in range(SHOWN + 1)),
                document("whole", f"{CHINESE}请修改配置文件。{CHINESE}"),
                document("korean", f"{KOREAN}환경설정을 바꾼다. {KOREAN}"),
                document("discard", f"{FILLER}They discard it."),
                document("appended", f"{FILLER * 6}It was appended."),
                document("derived", "There are multiple boats, as far as possible."),
                document("inflected", "They rename the crate."),
                document("chinese", f"{CHINESE * 60}打开输入法。", f"{CHINESE * 60}关闭防火墙。"),
                document("hangul", f"{KOREAN * 40}글자판을 연다.", f"{KOREAN * 40}방화벽을 끈다."),
                document(
                    "kana", f"{JAPANESE * 60}キーボード。", f"{JAPANESE * 60}ファイアウォール。"
                ),
                document("parted", "配置。文件。置文。" * 9),
                document("spaced", "환경 설정 경설. " * 9),
                *(
                    page
                    for n, (name, flag) in enumerate(FLAGS)
                    for page in (
                        document(f"named{n}", f"{name}, {name}! " * 9, title=name),
                        document(f"flag{n}", f"{FILLER}Then {flag} is there. {FILLER}"),
                    )
                ),
            ]
        )
        index.commit(1)

    with HybridIndex.build(tmp_path_factory.mktemp("index"), Unreading(), fill) as index:
        yield index


FLAGS = [
    ("Install", "--install"),
    ("Dry run", "--dry-run"),
    ("V", "-v"),
    ("Net", ".NET"),
    ("Mira", "@mira"),
    ("Quern", "#quern"),
    ("Home", "$HOME"),
    ("Etc hosts", "/etc/hosts"),
    ("Member badge no", "member_badge_no"),
]


def found(index: HybridIndex, question: str) -> dict[str, Hit]:
    return {hit.document_id: hit for hit in index.search(question, EVERYONE)}


@pytest.mark.parametrize("asked", ["{}", "discard {}", "{} discard", "umbrella {}", "{} volcano"])
@pytest.mark.parametrize(("word", "name"), [("配置文件", "whole"), ("환경설정", "korean")])
def test_a_word_of_signs_is_found_where_it_is_whole_however_many_have_its_pairs(
    index: HybridIndex, asked: str, word: str, name: str
) -> None:
    hits = found(index, asked.format(word))
    apart = [hit for other, hit in hits.items() if other.startswith(("pairs", "syllables"))]
    assert name in [*hits][: 2 if "discard" in asked else 1]
    assert word in hits[name].score.words
    assert word in hits[name].text
    assert apart
    for hit in apart:
        assert not hit.close
        assert word not in hit.score.words


@pytest.mark.parametrize(("title", "flag"), FLAGS)
@pytest.mark.parametrize("asked", ["{}", "`{}`", "use {}"])
def test_what_has_the_very_signs_is_before_a_title_of_their_letters(
    index: HybridIndex, title: str, flag: str, asked: str
) -> None:
    hits = found(index, asked.format(flag))
    place = FLAGS.index((title, flag))
    assert next(iter(hits)) == f"flag{place}"
    assert hits[f"flag{place}"].close
    assert flag in hits[f"flag{place}"].score.words
    named = hits[f"named{place}"]
    assert not named.score.exact or "_" in flag
    assert not any(sign in word for word in named.score.words for sign in "-.@#$/_")


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("输入法 防火墙", "chinese"),
        ("글자판 방화벽", "hangul"),
        ("キーボード ファイアウォール", "kana"),
        ('"输入法" "防火墙"', "chinese"),
    ],
)
def test_two_words_that_a_page_has_in_two_passages_are_an_answer(
    index: HybridIndex, question: str, name: str
) -> None:
    hit = index.search(question, EVERYONE)[0]
    assert (hit.document_id, hit.close, len(hit.score.words)) == (name, True, 1)


def test_words_that_only_share_a_stem_with_those_asked_are_no_answer_and_told_as_they_are(
    index: HybridIndex,
) -> None:
    derived = found(index, "multiplication possibly")["derived"]
    assert (derived.close, derived.score.words) == (False, ("multiple", "possible"))
    inflected = found(index, "renaming crates")["inflected"]
    assert (inflected.close, inflected.score.words) == (True, ("rename", "crate"))


@pytest.mark.parametrize("question", ["appended umbrella", "umbrella appended", "volcano appended"])
def test_the_very_spelling_of_a_rare_word_is_before_its_other_forms(
    index: HybridIndex, question: str
) -> None:
    assert next(iter(found(index, question))) == "appended"


def told(question: str, text: str) -> list[Found]:
    """What `text` has of the terms of `question`."""
    places = {term: (start, end) for start, end, term in snippets.spans(question, Everything())}
    stems = {term for term in places if term[0] not in "&%=^!~"}
    return found_words(question, places, stems, [(text, snippets.spans(text, places))])


class Everything:
    """Contains whatever is asked about."""

    def __contains__(self, term: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("question", "text", "words", "whole"),
    [
        ("crates", "A CRATE", ("CRATE",), True),
        ("Policies", "a policy", ("policy",), True),
        ("running", "they ran, then run", ("run",), True),
        ("studied", "to study", ("study",), True),
        ("used", "the use", ("use",), True),
        ("operation", "operate", ("operate",), False),
        ("operate", "of Operate, operate", ("operate",), True),
        ("文件夹", "文件。件夹", ("文件",), False),
        ("文件夹", "新文件夹", ("文件夹",), True),
        ("ガラス", "がらす", ("がらす",), True),
        ("السبورة", "سبورة", ("سبورة",), True),
        ("--force", "force", ("force",), False),
        ("--force", "a --force", ("--force",), True),
    ],
)
def test_a_word_is_told_as_it_stands_and_whole_with_all_its_signs_and_no_other_meaning(
    question: str, text: str, words: tuple[str, ...], whole: bool
) -> None:
    inside = told(question, text)
    assert written(inside) == words
    assert are_all(inside, {question: (0, len(question))}) == whole
