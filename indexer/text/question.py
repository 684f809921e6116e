"""Checks that a question can be asked."""

from indexer.errors import QuestionError
from indexer.text.analysis import LONGEST_QUESTION, name_key


def check_question(text: str) -> None:
    """Raise `QuestionError` for a text with nothing to search for, or too much."""
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            "The question has {count:,} characters; ask in at most {most:,}.",
            count=len(text),
            most=LONGEST_QUESTION,
        )
    if not text.strip():
        raise QuestionError("The question is empty: ask with at least one word.")
    if not name_key(text):
        raise QuestionError("The question has no words, only signs: ask with at least one word.")
