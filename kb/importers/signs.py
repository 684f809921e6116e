"""Codes that stand for something while a file is read, and what each of them is in words.

No letter has one of them. In a remark or a line they are turned back; the text is made of them.
"""

import re

from kb.importers.emphasis import BEGIN, BREAK, END
from kb.importers.html_names import PARTS

BRACE, WITHIN = "\ufdd9", "\ufdec"
"""Stand for a brace that is a sign, and for the beginning of a line that is no program."""

_CODES = re.compile("[\ufdd0-\ufdde\ufdeb-\ufdef]")
_SAID = {BREAK: " ", PARTS: " ", BRACE: "{"}
_SAID |= {code: sign for codes in (BEGIN, END) for sign, code in codes.items()}


def without_signs(text: str) -> str:
    """`text` with what its codes stand for, but for those of formulas."""
    return _CODES.sub(lambda found: _SAID.get(found[0], ""), text)
