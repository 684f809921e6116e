"""Why an entry was found, in plain words."""

from collections.abc import Iterable, Sequence

from indexer.document import Hit
from kb.messages import Message, _, ngettext
from kb.sentences import beside


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


def _tagged(question: str, words: Iterable[str], tags: Iterable[str]) -> list[str]:
    """Those of `tags` that have what the question asks for and the text does not show."""
    from indexer.text.analysis import CAPITALS, STOP, all_terms
    from indexer.text.letters import composed

    asked = set(all_terms(composed(question)))
    # As in a search: stop words count for want of others.
    asked = {term for term in asked if term[0] not in STOP + CAPITALS} or asked
    missing = asked.difference(*map(all_terms, words))
    return [tag for tag in tags if not missing.isdisjoint(all_terms(composed(tag)))]
