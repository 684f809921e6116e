"""The explanation of why an entry was found."""

from collections.abc import Iterable, Sequence
from itertools import chain

from indexer.document import Hit
from kb.entries.tags import TAG_LENGTH, tag_key
from kb.messages import Message, _, ngettext
from kb.sentences import beside

_LONGEST = 2 * TAG_LENGTH
"""Characters of a question that may be a tag: normalising can shorten it."""


def why(question: str, hit: Hit, tags: Sequence[str]) -> str:
    """The reasons, as "words: night, ward; tag: handover; meaning 0.41"; `tags` are the entry's."""
    from indexer.text.letters import composed

    reasons: list[Message] = []
    if hit.score.exact:
        named = hit.title.casefold() == composed(question).strip().casefold()
        reasons.append(_("exact title") if named else _("exact name"))
    if hit.score.words:
        reasons.append(_("words: {words}", words=", ".join(hit.score.words)))
    if tagged := _tagged(question, hit.score.words, tags):
        named_tags = ", ".join(tagged)
        reasons.append(ngettext("tag: {tags}", "tags: {tags}", len(tagged), tags=named_tags))
    reasons.append(_("meaning {cosine:.2f}", cosine=hit.score.cosine))
    return beside(reasons)


def asked_tags(question: str) -> frozenset[str]:
    """The keys of tags equal to `question`, quoted or not; a version has two spellings."""
    from indexer.text.names import bare
    from indexer.text.sayings import other_version

    name = bare(question)
    spelled = (name, other_version(name)) if len(name) <= _LONGEST else ()
    return frozenset(tag_key(each) for each in spelled if each)


def _tagged(question: str, words: Iterable[str], tags: Iterable[str]) -> list[str]:
    """Those of `tags` that equal the question, or have a word of it that the text lacks."""
    from indexer.text.analysis import CAPITALS, STOP, all_terms
    from indexer.text.letters import composed

    asked = set(all_terms(composed(question)))
    shown = set(chain.from_iterable(map(all_terms, words)))
    keys = frozenset() if asked <= shown else asked_tags(question)
    # As in a search, stop words count only if there are no others.
    missing = ({term for term in asked if term[0] not in STOP + CAPITALS} or asked) - shown
    return [
        tag
        for tag in tags
        if tag_key(tag) in keys or not missing.isdisjoint(all_terms(composed(tag)))
    ]
