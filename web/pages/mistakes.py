"""Placement of errors in a form: each at its field, the others above the form."""

from collections.abc import Collection, Mapping
from typing import Final

from kb.errors import InvalidInput, KnowledgeBaseError, SentAlready, ShownToMore
from kb.messages import _
from kb.sentences import together

SENT_ALREADY: Final = _(
    "This form was sent already, with other words: those are saved, and you find them where the "
    "newest things are. Send it once more if these words are to be saved beside them."
)


def placed(
    error: KnowledgeBaseError, fields: Collection[str], called: Mapping[str, str]
) -> tuple[dict[str, str], str]:
    """The errors by field, and the text of those that belong to none of `fields`."""
    if not isinstance(error, InvalidInput):
        return {}, _said(error)
    told: dict[str | None, list[str]] = {}
    for one in error.each:
        field = one.field if one.field in fields else called.get(one.field or "")
        told.setdefault(field if field in fields else None, []).append(one.message)
    above = together(told.pop(None, []))
    return {field: together(said) for field, said in told.items() if field is not None}, above


def _said(error: KnowledgeBaseError) -> str:
    if isinstance(error, ShownToMore):
        return _(
            "Someone showed this entry to {who} meanwhile, for whom this was not written, so "
            "nothing was saved: send it once more if they may read it too.",
            who=error.who,
        )
    return SENT_ALREADY if isinstance(error, SentAlready) else error.said
