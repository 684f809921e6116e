"""Pages in MyST, as Jupyter Book has them: how one is known, and what its authors hid by %."""

import re
from collections.abc import Iterable, Mapping
from itertools import takewhile

from kb.importers.body import plain
from kb.importers.code import Range, beyond, lines_of, spliced
from kb.importers.divisions import HEADING
from kb.importers.remarks import Remarks, Why
from kb.importers.values import Value, flat

SETTINGS = ("myst.yml", "_toc.yml")
"""Files in the folder of a book, all pages below which are in MyST."""

SPHINX = "conf.py"
"""Settings of Sphinx in the folder of a book, which name MyST where it reads the pages."""

DIRECTIVES = (
    "admonition|attention|caution|danger|error|hint|important|note|seealso|tip|warning|margin"
    "|sidebar|dropdown|card|tab-set|tab-item|grid|only|ifconfig|figure|image|list-table"
    "|code-block|code-cell|literalinclude|toctree|tableofcontents|math|glossary|eval-rst|bibliography|contents|epigraph"
)
_ROLES = "ref|doc|term|numref|eq|cite|cite:[pt]|download|kbd|abbr|sub|sup|math|index|guilabel"
_LABEL = re.compile(r"^\(([\w.:/ -]{1,200})\)=[ \t]*$")
_NAME = re.compile(r"^[ \t]{0,40}:(?:name|label):[ \t]{1,9}([\w.:/-]{1,200})[ \t]*$")
"""What an option calls the block in which it stands."""
_LABELS = re.compile(rf"{_LABEL.pattern}|{_NAME.pattern}", re.MULTILINE)
_MARK = re.compile(
    rf"^[ \t]{{0,40}}(?:`{{3,}}|~{{3,}}|:{{3,}})[ \t]{{0,9}}\{{(?:{DIRECTIVES})\}}"
    rf"|{_LABEL.pattern}"
    rf"|(?<!`)\{{(?:{_ROLES})\}}`[^`]",
    re.MULTILINE,
)
OPTION = re.compile(r"[ \t]*:?([\w-]{1,60}):(?:[ \t]+(.{0,500}))?$")
"""An option of a block, one in a line."""

_COMMENT = re.compile(r"(?:^ {0,3}%(?!\})[^\n]*(?:\n|\Z))+", re.MULTILINE)


def is_myst(body: str, fields: Mapping[str, Value]) -> bool:
    """Whether a page with this text and front matter has marks that are MyST's alone."""
    said = fields.get("jupytext")
    if said is not None and "myst" in flat(said):
        return True
    if not _MARK.search(body):
        return False
    within = False
    for line, is_code in lines_of(body):
        if not within and _MARK.search(line):
            return True
        within = is_code
    return False


def without_comment_lines(text: str, code: Iterable[Range], remarks: Remarks) -> str:
    """`text` without lines that begin with %, but in the ranges of `code`; they end a paragraph."""
    found = [*beyond(_COMMENT.finditer(text), sorted(code))]
    for each in found:
        remarks.add(Why.COMMENTS, each[0])
        remarks.comments.append(each[0])
    return spliced(text, ((*each.span(), "\n") for each in found))


def options_end(lines: list[str]) -> int:
    """The line after the options of a block: between two lines of ---, or of a colon each."""
    if lines and lines[0].strip() == "---":
        return next((n + 1 for n in range(1, len(lines)) if lines[n].strip() == "---"), 0)
    of_colons = takewhile(lambda line: line.lstrip()[:1] == ":" and OPTION.match(line), lines)
    return len([*of_colons])


def labels_in(text: str) -> list[str]:
    """The labels that a text gives, and perhaps some that stand in code."""
    return ["".join(each) for each in _LABELS.findall(text)]


def labelled(body: str, remarks: Remarks) -> tuple[str, dict[str, str]]:
    """`body` without lines of `(label)=`, and the words of the heading that each stands before.

    Blocks that have a name have no words.
    """
    if ")=" not in body and not _LABELS.search(body):
        return body, {}
    labels: dict[str, str] = {}
    waiting: list[str] = []
    made = []
    for line, is_code in lines_of(body):
        if not is_code and (label := _LABEL.match(line)):
            remarks.add(Why.MARKS, line)
            waiting.append(label[1])
            made.append("")
            continue
        made.append(line)
        if name := _NAME.match(line):
            labels.setdefault(name[1], "")
        if line.strip():
            heading = None if is_code else HEADING.match(line)
            labels |= dict.fromkeys(waiting, plain(heading[1]) if heading else "")
            waiting = []
    return "\n".join(made), labels
