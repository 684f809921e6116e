"""Names of persons, which are not taken in: where they stand, and what is nothing else."""

import re

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
