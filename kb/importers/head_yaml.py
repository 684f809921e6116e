"""The YAML at the head of a file, read as plain data."""

import re
from collections.abc import Iterator
from typing import Any

from kb.errors import NotTaken
from kb.importers.remarks import Remarks
from kb.importers.repeated import add
from kb.importers.values import Plain, Value, meaning
from kb.messages import _

DEPTH = 20
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\n]*", re.MULTILINE)


def load(yaml_text: str, remarks: Remarks | None = None) -> dict[str, Value]:
    """The fields of front matter by name; the remarks tell what of one that it has twice is left.

    Raises `NotTaken` with the line where it is broken.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # The parser's events, not composed nodes: composing recurses in C as deep as the text is
        # nested and would end the process, whereas here the depth is looked at first.
        events: Iterator[Any] = yaml.parse(yaml_text, Loader=loader)
        _start_of_stream, first = next(events), next(events)
        if isinstance(first, yaml.StreamEndEvent):
            return {}
        value = _value(next(events), events, 1, remarks or Remarks())
        _end_of_document, after = next(events), next(events)
    except yaml.YAMLError as error:
        raise NotTaken(_explained(error)) from error
    if not isinstance(after, yaml.StreamEndEvent):
        line = _line(after)
        raise NotTaken(
            _("The front matter is not YAML in line {line}: another document begins.", line=line)
        )
    if not isinstance(value, dict):
        raise NotTaken(
            _("The front matter is no list of fields, each a name, a colon and a value.")
        )
    return value


def comments(yaml_text: str) -> Iterator[str]:
    """The comments in front matter that `load` takes; a # within a value begins none."""
    return (comment for _, comment in comments_within(yaml_text))


def comments_within(yaml_text: str) -> Iterator[tuple[str, str]]:
    """The same, each behind what stands before it in its line."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    at = 0
    for token in yaml.scan(yaml_text, Loader=loader):
        if isinstance(token, yaml.ScalarToken):
            begin = token.start_mark.index
            if token.style in ("|", ">"):  # a comment may stand in its first line
                begin = yaml_text.find("\n", begin)
            yield from _between(yaml_text, at, begin)
            at = token.end_mark.index
    yield from _between(yaml_text, at, len(yaml_text))


def _between(yaml_text: str, at: int, end: int) -> Iterator[tuple[str, str]]:
    for found in _COMMENT.finditer(yaml_text[at:end]):
        begin = at + found.start()
        yield yaml_text[yaml_text.rfind("\n", 0, begin) + 1 : begin], found[0]


def _value(event: Any, events: Iterator[Any], depth: int, remarks: Remarks) -> Value:
    """The value that begins with `event`; its other events are taken from `events`."""
    import yaml

    if isinstance(event, yaml.ScalarEvent):
        return Plain(event.value, event.value if event.style else meaning(event.value))
    if isinstance(event, yaml.AliasEvent):
        raise NotTaken(
            _(
                "The front matter uses a YAML alias in line {line}, which is not "
                "taken: write it out.",
                line=_line(event),
            )
        )
    if depth > DEPTH:
        raise NotTaken(
            _("The front matter is nested too deeply in line {line}.", line=_line(event))
        )
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, depth, remarks)
    items = []
    while not isinstance(item := next(events), yaml.SequenceEndEvent):
        items.append(_value(item, events, depth + 1, remarks))
    return items


def _mapping(events: Iterator[Any], depth: int, remarks: Remarks) -> dict[str, Value]:
    import yaml

    fields: dict[str, Value] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            line = _line(key)
            raise NotTaken(
                _("A name in the front matter is not a plain word in line {line}.", line=line)
            )
        add(fields, key.value, _value(next(events), events, depth + 1, remarks), remarks)
    return fields


def _line(event: Any) -> int:
    """The line in the file: the first one of the YAML is the second one there."""
    return int(event.start_mark.line) + 2


def _explained(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    # Reader errors (a character that YAML forbids) know a position, all others a line.
    where = f" in line {mark.line + 2}" if mark else ""
    problem = (
        getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    )
    return _("The front matter is not YAML{where}: {problem}.", where=where, problem=problem)
