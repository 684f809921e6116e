"""Marks of other tools that are neither text nor structure: placeholders and attributes."""

import re
from collections.abc import Callable, Sequence

from kb.importers.attributes import with_alt_texts
from kb.importers.code import Range, before, beyond, spliced
from kb.importers.emphasis import GONE, beside_signs, without_gone
from kb.importers.naming import is_markdown, readable_name
from kb.importers.remarks import Remarks, Why

_MARK = re.compile(
    r"\{\{<(?:(?!\{\{)[\s\S]){0,1000}?>\}\}|\{\{%(?:(?!\{\{)[\s\S]){0,1000}?%\}\}"
    r"|\{\{(?>[^{}\"']|(?P<quote>[\"'])(?:(?!\}\}|(?P=quote))[^\n]){0,500}(?P=quote)|[\"']){0,1000}+\}\}"
    r"|\{%(?:(?!\{%)[\s\S]){0,1000}?%\}"
    r"|\{:/(?:[a-z]{1,20})?\}"
    r"|\{[ \t]?(?!\.{3}\})[:#.](?=[\w\s#.:-])[^{}\n]{0,2000}\}"
    r"|(?<=[\])`])\{[\w-]{1,60}=[^{}\n]{0,2000}\}"
    r"|(?<![\w/]):(?:octicons|material|fontawesome|simple)-[\w-]{1,80}:(?![\w/])"
    r"|\(\([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\)\)"
)
_DEEPEST = 6  # objects within each other that are looked at


def _object(depth: int) -> str:
    within = f"|{_object(depth - 1)}" if depth else ""
    return rf"\{{(?>[^{{}}]{within}){{0,9999}}\}}"


_CALL = re.compile(
    r"(?P<target>(?<=\])\()?\{\{-?\s{0,9}[\w.]{1,99}\((?=[^{}]{0,999}\{)"
    rf"(?>[^{{}}]|{_object(_DEEPEST)}){{0,9999}}+\}}\}}(?(target)[^()\s]{{0,500}}\))"
    r"|\{%-?\s{0,9}\w{1,60}[^%`{}]{0,999}(?:`[^`]{0,999}`[^%`]{0,999}){1,99}%\}"
)
"""A call with an object, or a tag with back-ticks, in which other marks and code seem to be."""

_SPOKEN = re.compile(r"\b(title|caption|alt|label|text|summary|description)=(\"[^\"]*\"|'[^']*')")
_REFERS = re.compile(
    r"\{[{%][<%-]?\s{0,9}(?:rel)?(?:ref|link|page|post_url)\s+(?:path=)?[\"']?([^\"'\s%>]+)"
)
_BY_NAME = re.compile(r"\{\{[<%]-?\s{0,9}(?:rel)?ref\s")
_QUOTED = re.compile(r"\{[{%][<%-]?\s{0,9}(?:[\w-]{1,60}\s{1,9})?(\"[^\"]{1,500}\"|'[^']{1,500}')")
_BARE = re.compile(r"\{%-?\s{0,9}[\w-]{1,60}\s{1,9}([\w./#-]{1,500})\s{0,9}-?%\}")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_LONGEST_HEADING = 1_000  # characters of one that are looked at
_BEFORE_ADDRESS = re.compile(r"(?:\]\(\s{0,9}<?|\bhref=[\"']?|\]:[ \t]{0,9}<?)\Z")
_UNQUOTED = re.compile(r"<[A-Za-z](?:[^<>]|=>){0,999}\s[\w:-]{1,60}=\Z")
_IN_ATTRIBUTE = re.compile(r"<[A-Z][^\"]{0,99}(?:\"[^\"]{0,99}\"[^\"]{0,99}){0,9}=\"[^\"]{0,99}\Z")
_LONE_WORDS = re.compile(r"\{%-?\s{0,9}[\w-]{1,60}\s{1,9}(\"[^\"]*\"|'[^']*')\s{0,9}-?%\}")
_ADDRESS = re.compile(r"\b(?:url|href|page|file)=(\"[^\"\s]*\"|'[^'\s]*')")
_SITE_ROOT = re.compile(r"\{\{\s{0,9}(?:site\.(?:baseurl|url)|base_url)\s{0,9}\}\}")
_LITERAL = re.compile(r"\{\{-?\s{0,9}(?:\"([^\"]*)\"|'([^']*)')\s{0,9}-?\}\}")
_TAB = re.compile(
    r"\{[{%][<%-]?\s{0,9}(?:tab|details|expand|collapse|accordion|alert|callout|notice|spoiler)"
    r"\s{1,9}(?:(?:title|name|header|label|summary)=)?"
    r"(\"[^\"\n]{1,200}\"|'[^'\n]{1,200}')"
)
_INCLUDED = re.compile(
    r"(?:\{\{(?:#|[<%]\s{0,9})include|\{%-?\s{0,9}include_relative)\s{1,9}(?:file=)?[\"']?"
    r"([^\s\"'{}<>]{1,300}?\.(?:md|markdown|mdx|qmd|rmd))\b"
)
"""Another page that stands in this one: mdBook's, Hugo's, Quarto's and Jekyll's marks."""
_INSERTED = re.compile(
    r"^(?P<indent>[ \t]{0,40})(?:-{1,3}8<-{1,3}[ \t]*\"(?P<from_root>[^\"\n]{1,300})\"[ \t]*"
    r"|(?:\{(?P<sign>[*!])>?[ \t]{0,9}(?=[^\s{}*!]{0,300}[./])"
    r"(?=[^\n{}]{1,600}(?P=sign)\}[ \t]{0,9}$)"
    r"|<<<[ \t]{0,9}(?=[@.]))(?P<path>[^\s{}*!]{1,300}(?![^\s{}*!]))[^\n]{0,600})$",
    re.MULTILINE,
)
"""A file that stands in this page, by a line of its own: in MkDocs and VitePress."""
_SOURCE = re.compile(r"\b(?:src|image|image_path)=[\"']([^\"'\s()]+)[\"']")
_GLOSSED = re.compile(
    r"\{[{%][<%-]?\s{0,9}(?:[\w-]{0,40}gloss[\w-]{0,40}|term)\s([^{}]{1,900})", re.I
)
"""A word that the glossary of the other tool explains, shown with what is said of it."""
_GLOSSED_AS = re.compile(
    r"\b(term_id|term|id|name|text|display)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>%]+))"
)
_WORDS = re.compile(r"(?<!=)(?:\"([^\"]+)\"|'([^']+)')|(?<![\w\"'=-])([\w-]+)(?![\w=-])")
_WIKI = re.compile(r"\[\[[^\[\]\n]{1,300}\]\]")
_OF_VAULT = re.compile(r"(\[\[(?:[^\[\]\n|]{0,300}\|)?)(dendron://[^/\[\]\s|]{1,100}/)")
_SOME_LINES = re.compile(
    r"(!\[\[[^\[\]\n#]{0,300}#[^\[\]\n#]{0,300}?)(,\d+|(?:,\d+)?:#[^\[\]\n]{1,300})(?=\]\])"
)
"""Dendron's names of vaults before names of pages, and the lines of one that it shows."""
_LIST_FOR_CONTENTS = re.compile(
    r"^(?:[ \t]{0,3}(?:[-*+]|\d{1,9}[.)])[ \t][^\n]{0,300}\n){1,9}"
    r"[ \t]{0,9}\{:[ \t]{0,9}toc\b[^{}\n]{0,200}\}[ \t]*$",
    re.MULTILINE,
)
"""The list whose place the table of contents takes in kramdown."""
_TABLE_OF_CONTENTS = re.compile(r"^[ \t]*\[{1,2}_?TOC_?\]{1,2}[ \t]*$", re.MULTILINE | re.I)
_HEADING_ATTRIBUTES = re.compile(
    r"^( {0,3}#{1,6}[ \t][^\n{}]{1,500})(\{[ \t]?[\w-]{1,60}=[^{}\n]{0,2000}\})[ \t]*$",
    re.MULTILINE,
)
_OF_PROGRAM = re.compile(
    r"(?<!!)\[([^\[\]\n]{1,500})\]\("
    r"(\{\{[<%]?+-?+[ \t]*+(?!(?:rel)?ref\b)[^{}\"'\n]{1,200}\}\}[^()\s]{0,500})\)"
)
"""A link to an address that begins with what only a program knows."""

_SIZE = re.compile(
    r"(!\[[^\[\]\n]{0,500}\]\([^()\n]{1,1000}?)[ \t]{1,9}"
    r"(=(?=[\dx])\d{0,5}%?(?:x\d{0,5}%?)?)[ \t]{0,9}(?=\))"
)
"""What tells how large a picture is: Wiki.js' and others' marks."""

_LOGBOOK = re.compile(
    r"^[ \t]*:LOGBOOK:[ \t]*\n(?:[ \t]*CLOCK:[^\n]*\n){0,1000}[ \t]*:END:[ \t]*$", re.MULTILINE
)
_MARKED = re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]{1,300})(?<=\S)==(?![=\w])")
_ORG_BLOCK = re.compile(r"(?:(?<=- )|^[ \t]*)#\+(?:BEGIN|END)_\w{1,40}[ \t]*$", re.MULTILINE | re.I)
_BLOCK_ID = re.compile(r"(?:^|(?<![ \t])[ \t]+)\^[A-Za-z0-9-]{4,60}[ \t]*$", re.MULTILINE)
"""The name of a paragraph, by which links of Obsidian's and Dendron's mean it."""
_BLOCK_PROPERTY = re.compile(
    r"^[ \t]*(?:- )?(?:(?:id|collapsed|background[-_]color|heading|logseq\.[\w.-]{1,60}"
    r"|card-[\w-]{1,60})::[^\n]*"
    r"|(?:todo|doing|done|now|later|wait(?:ing)?)::[ \t]*\d{10,13}[ \t]*$)\n?",
    re.MULTILINE,
)

_LEFT_OUT = (
    ("toc", _LIST_FOR_CONTENTS),
    ("[", _TABLE_OF_CONTENTS),
    ("::", _BLOCK_PROPERTY),
    ("^", _BLOCK_ID),
    ("#+", _ORG_BLOCK),
    (":LOGBOOK:", _LOGBOOK),
)
"""What is told and no text, each with a sign without which there is none of it."""


def without_marks(text: str, remarks: Remarks) -> str:
    """`text` (no code) with what readers of the other tool see of its marks, and no mark."""
    return without_gone(seen_of_marks(text, remarks))


def without_calls(text: str, code: Sequence[Range], remarks: Remarks) -> str:
    """`text` without calls of programs and tags that hold other signs, which are told."""
    found = [*beyond(_CALL.finditer(text), sorted(code))]
    for each in found:
        remarks.add(Why.MARKS, each[0])
    return spliced(text, ((*each.span(), GONE) for each in found))


def seen_of_marks(text: str, remarks: Remarks) -> str:
    """The same, with `GONE` where emphasis or a link may have held nothing but a mark."""
    text = with_alt_texts(_SITE_ROOT.sub("", text), remarks)

    def told(group: int) -> Callable[[re.Match[str]], str]:
        """Tells one group of what is found, and leaves the one before it, if there is one."""

        def put(found: re.Match[str]) -> str:
            remarks.add(Why.MARKS, found[group])
            return found[group - 1].rstrip() if group else ""

        return put

    for sign, pattern in _LEFT_OUT:
        text = pattern.sub(told(0), text) if sign in text else text

    def with_words(found: re.Match[str]) -> str:
        remarks.add(Why.MARKS, found[2])
        return found[1]

    def inserted(found: re.Match[str]) -> str:
        remarks.add(Why.MARKS, found[0])
        path = f"/{found['from_root']}" if found["from_root"] else found["path"]
        return found["indent"] + (_included(path) if is_markdown(path) else "")

    text = _INSERTED.sub(inserted, text)
    text = _OF_PROGRAM.sub(with_words, text) if "]({{" in text else text
    text = _SIZE.sub(told(2), text) if " =" in text else text
    text = _MARKED.sub(r"<mark>\1</mark>", text) if "==" in text else text
    if "[[" in text:
        text = _SOME_LINES.sub(told(2), _OF_VAULT.sub(told(2), text))
    text = _HEADING_ATTRIBUTES.sub(told(2), text)
    text = _MARK.sub(
        lambda found: _address(found) or _shown(found) or _seen(found, remarks) or _nothing(found),
        text,
    )
    return beside_signs(text)


def _shown(found: re.Match[str]) -> str:
    """What is no mark: an object in the code of an attribute, or more than a heading's line."""
    is_code = found[0].startswith("{{") and _IN_ATTRIBUTE.search(before(found))
    in_heading = "\n" in found[0] and _HEADING.match(before(found, _LONGEST_HEADING))
    return found[0] if is_code or in_heading else ""


def _nothing(found: re.Match[str]) -> str:
    """What stands for a mark of which nothing is seen: an empty value where it is one, unquoted."""
    above = found.string[max(0, found.start() - 1000) : found.start()]
    return '""' if above.endswith("=") and _UNQUOTED.search(above) else GONE


def _address(found: re.Match[str]) -> str:
    """Where a link leads that has a mark for its address, none where the mark does not say.

    What Hugo has between {{< and >}} is seen from the page, all other from the root of the site. Of
    a page that it names so without a slash before it, it is found by name too: "@other".
    """
    said = _REFERS.match(found[0]) or _QUOTED.match(found[0]) or _BARE.fullmatch(found[0])
    if not said or not _BEFORE_ADDRESS.search(before(found)):
        return ""
    address = said[1].strip("\"'")
    if _BY_NAME.match(found[0]) and not address.startswith(("/", "#", ".", "@")):
        return address if ":" in address else f"@{address}"
    from_page = found[0].startswith(("{{<", "{{%")) or address.startswith(("/", "#", ".", "@"))
    return address if from_page or ":" in address else f"/{address}"


def _seen(found: re.Match[str], remarks: Remarks) -> str:
    mark = found[0]
    if refers := _REFERS.match(mark):
        return refers[1]
    remarks.add(Why.MARKS, mark)
    if not mark.startswith(("{{", "{%")) or mark.startswith("{% content-ref"):
        return ""  # the link that such a mark shows follows
    if literal := _LITERAL.fullmatch(mark):
        return literal[1] or literal[2] or ""
    if tab := _TAB.match(mark):
        return f"\n**{tab[1][1:-1]}**\n\n"
    if included := _INCLUDED.match(mark):
        return _included(included[1])
    if glossed := _GLOSSED.match(mark):
        return _glossed(glossed[1], in_table=before(found).lstrip().startswith("|"))
    spoken = [(name, value.strip("\"'")) for name, value in _SPOKEN.findall(mark)]
    source = _SOURCE.search(mark)
    said = [
        f"![{value}]({source[1]})" if source and name == "alt" else value for name, value in spoken
    ]
    said += [f"[{target.strip(chr(34) + chr(39))}]({target.strip(chr(34) + chr(39))})"
             for target in _ADDRESS.findall(mark)]  # fmt: skip
    if (alone := _LONE_WORDS.fullmatch(mark)) and before(found).strip():
        # Within a sentence it stands for a word: "ask in {% channel "help" %}".
        said.append(alone[1].strip("\"'"))
    return " ".join([*said, *_WIKI.findall(mark)])


def _glossed(said: str, *, in_table: bool) -> str:
    """A link to the page of a term, with the words that are shown for it."""
    named = {name: "".join(values) for name, *values in _GLOSSED_AS.findall(said)}
    words = ["".join(values) for values in _WORDS.findall(_GLOSSED_AS.sub("", said))]
    known = [named[name] for name in ("term_id", "term", "id", "name") if named.get(name)]
    shown = [named[name] for name in ("text", "display") if named.get(name)]
    term, *more = [*known, *words, *shown, ""]
    text = "" if known and not shown else next(iter(shown or more), "")
    bar = "\\|" if in_table else "|"
    return f"[[{term}{bar}{text}]]" if text and text != term else f"[[{term}]]" if term else ""


def _included(path: str) -> str:
    return f"[{readable_name(path)}]({path})"
