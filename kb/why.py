"""Why an entry was found, in plain words."""

from collections.abc import Iterable, Sequence

from indexer.document import Hit


def why(question: str, hit: Hit, tags: Sequence[str]) -> str:
    """The reasons, as "words: night, ward; tag: handover; meaning 0.41"; `tags` are the entry's."""
    from indexer.text.letters import composed

    reasons = []
    if hit.score.exact:
        named = hit.title.casefold() == composed(question).strip().casefold()
        reasons.append("exact title" if named else "exact name")
    if hit.score.words:
        reasons.append(f"words: {', '.join(hit.score.words)}")
    if tagged := _tagged(question, hit.score.words, tags):
        reasons.append(f"{'tag' if len(tagged) == 1 else 'tags'}: {', '.join(tagged)}")
    reasons.append(f"meaning {hit.score.cosine:.2f}")
    return "; ".join(reasons)


def _tagged(question: str, words: Iterable[str], tags: Iterable[str]) -> list[str]:
    """Those of `tags` that have what the question asks for and the text does not show."""
    from indexer.text.analysis import CAPITALS, STOP, all_terms
    from indexer.text.letters import composed

    asked = set(all_terms(composed(question)))
    # As in a search: stop words count for want of others.
    asked = {term for term in asked if term[0] not in STOP + CAPITALS} or asked
    missing = asked.difference(*map(all_terms, words))
    return [tag for tag in tags if not missing.isdisjoint(all_terms(composed(tag)))]
