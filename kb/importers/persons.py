"""Names of persons, which are not taken in: where they stand, and what is nothing else."""

import re
from collections.abc import Iterator

from kb.importers.code import prose

_THANKED = (
    r"authors?(\(s\))?|contributors?|credits|acknowledge?ments?|testimonials?"
    r"|autor(a|es|as|\(es\)|en|in|innen)?|autor[ií]as?|auteur(s|e|es)?|autor[ei]|作者|著者"
    r"|agradecimentos?|agradecimientos?|reconocimientos|cr[eé]ditos|danksagung(en)?|remerciements?"
    r"|colaboradores|contributeurs|mitwirkende|致谢|鸣谢|謝辞"
)
PERSONS = re.compile(
    _THANKED + r"|by(line)?|creators?|editors?|maintainers?|owners?|reviewers?|translators?"
    r"|speakers?|e-?mails?|contacts?|kontakt|contacto|contato|traductor(es)?|tradutor(es)?"
    r"|traducteurs?|übersetzer(in|innen)?|revisor(es)?|译者|翻訳者"
)
"""Words for fields and headings under which names of persons may stand."""

_GIVEN_BY = re.compile(
    r"(created|written|edited|made|maintained|owned|posted|published|reviewed|submitted|translated"
    r"|updated|modified|drawn|photographed)[ _-]?by"
)
_THANKS = re.compile(_THANKED)
_LATIN = re.compile("[a-z]")
_IN_PART = re.compile(
    r"credits|acknowledge?ments?|agradecimentos?|agradecimientos?|reconocimientos|cr[eé]ditos"
    r"|danksagung(en)?|remerciements?"
)
"""Headings of thanks of which a part stays, in languages in which a name has a capital."""
_FORGE = r"https?://(?:www\.)?(?:github|gitlab|codeberg|bitbucket)\.(?:com|org)/[\w.-]{1,100}/"
_REPOSITORY = re.compile(_FORGE + r"([\w.-]{1,100})")
_REPOSITORY_LINK = re.compile(rf"\[([^\[\]\n]{{1,200}})\]\({_FORGE}[\w.-][^\s()]{{0,500}}\)")
_FILES = {"license", "licence", "copying", "notice", "readme", "changelog", "authors"}
_CAPITALISED = re.compile(r"\b[A-Z]\w{1,40}")
_ITEM = re.compile(r"[ \t]{0,40}(?:[-*+]|\d{1,9}[.)])[ \t]")
_MARKUP = re.compile(r"[*_`>#|\[\]()<>\"“”]|^\s*(?:[-+*]|\d{1,9}[.)])\s", re.MULTILINE)
_ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)[^\s)>\]]*|\([./#][^\s)]*\)")
_JOINING = {"and", "und", "et", "y", "e", "of", "at", "the", "de", "von", "van", "der", "da", "di"}
_MOST_WORDS = 8
_LONGEST_NAME = 6
_EXPLAINED = re.compile(
    r"^[ \t>]{0,40}(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,9}){0,3}"
    r"`{1,9}[^`@\n]{1,100}`{1,9}[^\w\n]{1,9}\w",
    re.MULTILINE,
)
"""A line that begins with code and says what that is: a field of a program, such as `orcid`."""
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_FULL_NAME = re.compile(
    r"\b(?!(?:The|This|These|See|An?|In|If|El|La|Los|Las|Os?|As|Les?|Der|Die|Das) )"
    rf"{_CAPITAL}[\w'’-]{{0,40}}[^\W\d_A-Z] (?:(?:{_CAPITAL}\.|de|van|von|der|da|di|la|le) ){{0,3}}"
    rf"{_CAPITAL}[\w'’-]{{0,40}}[^\W\d_A-Z]|(?<!\w)@\w"
)
"""What names somebody in a sentence that may speak of files and rules as well."""

_TITLED = re.compile(r"\[(?:[^\[\]\s]{1,60}\s){4,60}[^\[\]\s]{1,60}\]\(|\"[^\"\n]{1,300}\"")
_CAPITAL_WITHIN = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z]\w|@\w")


def may_name_persons(name: str) -> bool:
    """Whether names of persons may stand under `name`, a field's name or a heading."""
    plain = name.lower().strip(" :*")
    return PERSONS.fullmatch(plain) is not None or _GIVEN_BY.fullmatch(plain) is not None


def names_persons(name: str, text: str) -> bool:
    """Whether `text` under `name` names persons: nothing else, or in thanks anywhere.

    An "Editor" may be a program and a "Contact" a switch, of which there are sentences, and
    "Authors" a field whose values are explained.
    """
    if not may_name_persons(name) or _EXPLAINED.search(text):
        return False
    lines = [line for line in text.split("\n") if line.strip()]
    if all(map(_is_name, lines)):
        return True
    thanks = _THANKS.fullmatch(name.lower().strip(" :*")) is not None
    return thanks and any(map(_CAPITAL_WITHIN.search, prose(text).split("\n")))


def without_persons(name: str, text: str) -> tuple[str, str]:
    """What stays of `text` under the heading `name`, and what of it names persons.

    Thanks may go to projects as well, and a section on authors may tell how they are named: of
    these each paragraph and item that names nobody stays, as does a link to what is no profile. Of
    any other section all goes, or nothing.
    """
    plain = name.lower().strip(" :*")
    of_authors = _THANKS.fullmatch(plain) and not _IN_PART.fullmatch(plain) and _LATIN.match(plain)
    in_part = (of_authors or _IN_PART.fullmatch(plain)) and not _EXPLAINED.search(text)
    named = _names_author if of_authors else _names_somebody
    has_code = "```" in text or "~~~" in text
    if of_authors and has_code and not all(map(named, filter(str.strip, _blocks(prose(text))))):
        return text, ""
    if not in_part or has_code:
        return ("", text) if names_persons(name, text) else (text, "")
    known = {found.lower() for found in _REPOSITORY.findall(text)} | _FILES
    kept, left = [], list[str]()
    below = -1  # how far in an item is that names somebody, and so all that is below it
    for block in _blocks(text):
        indent = len(block) - len(block.lstrip())
        below = below if indent > below else -1
        if below >= 0 or named(_without_projects(block, known)):
            left.append(block)
            below = indent if below < 0 and _ITEM.match(block) else below
        else:
            kept.append(block)
    stays = "\n".join(kept).strip("\n")
    says_more = not all(block.rstrip("*_ ").endswith(":") for block in kept if block.strip())
    return (stays, "\n".join(left).strip("\n")) if says_more else ("", text)


def _blocks(text: str) -> Iterator[str]:
    """The paragraphs and items of a text, and its blank lines."""
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        if block and (not line.strip() or _ITEM.match(line)):
            yield "\n".join(block)
            block = []
        block += [line] if line.strip() else []
        if not line.strip():
            yield ""


def _without_projects(block: str, known: set[str]) -> str:
    """`block`, the names of repositories and of files that all of them have in small letters."""
    return _CAPITALISED.sub(lambda word: word[0].lower() if word[0].lower() in known else word[0],
                            _REPOSITORY_LINK.sub(lambda link: link[1].lower(), block))  # fmt: skip


def _names_author(block: str) -> bool:
    line = " ".join(block.split())
    return _is_name(line) or _FULL_NAME.search(_TITLED.sub("", prose(line))) is not None


def _names_somebody(block: str) -> bool:
    line = " ".join(prose(block).split())
    words = _MARKUP.sub(" ", _ADDRESS.sub(" ", line)).split()
    if not words or all(word.islower() or not word[0].isalpha() for word in words):
        return "@" in line
    return _is_name(line) or _CAPITAL_WITHIN.search(line) is not None


def _is_name(line: str) -> bool:
    """Whether a line is no more than names, handles and addresses."""
    plain = _MARKUP.sub(" ", _ADDRESS.sub(" ", line[:500])).strip()
    if plain.endswith((".", "!", "?")) and len(plain.split()) > 1:
        return False
    words = [word.strip(",;:-–—&/") for word in plain.split()]
    named = [word for word in words if word and word.lower() not in _JOINING]
    if len(named) == 1:
        # Chinese and Japanese set no words apart, so a long one is a sentence.
        return len(named[0]) <= _LONGEST_NAME or named[0].lower() != named[0].upper()
    return len(named) <= _MOST_WORDS and all(
        word[0].isupper() or "@" in word or not word[0].isalpha() for word in named
    )
