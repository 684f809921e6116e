"""Erased is erased in each store, as its own reader reads it, and no file of before is left."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b, sha256, sha512
from itertools import chain
from pathlib import Path

import pytest

from events.clock import utc_now
from events.projection import ParkedEvent
from indexer.errors import IndexUnavailable
from indexer.stored.passage_store import PassageStore
from kb.knowledge_base import KnowledgeBase
from tests import made
from tests.kb.erasure_stores import (
    CONTEXT,
    GROUP,
    REASON,
    SECRETS,
    TEXT,
    TITLE,
    WORDS,
    Traces,
    embedded_text,
    holding,
    left_in,
    stores,
    text_hash,
    traces_of_entry,
    traces_of_principal,
    xanthippe,
)
from tests.worlds.base import id_of, joined, opened, practice, revise


@pytest.fixture(params=["tantivy", "whoosh"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with opened(made.created(tmp_path / "data"), fulltext=request.param) as erasing:
        yield erasing


def test_no_store_holds_anything_of_an_erased_member_and_their_entries(
    base: KnowledgeBase,
) -> None:
    her, other = xanthippe(base), practice(base.session, "Handover", "At the bed.")
    practice(her, TITLE, TEXT, GROUP)
    her.endorsements.endorse(other, REASON)
    her.reuses.record(other, group="Ward", context=CONTEXT, outcome="adopted")
    member, data = id_of(her), base.settings.data
    base.accounts.names.set(member, "xanthippe")
    base.accounts.sessions.begin(member, "password")
    her.search(TEXT)
    base.parts.questions.settle()
    said: Traces = {"views.sqlite": SECRETS, "log": SECRETS}
    traces = _merged(traces_of_entry(data), traces_of_principal(data, member), said)

    _hold(base, traces)
    base.session.erasure.member(member, entries="erased")
    _hold_nothing(base, traces)


def test_no_store_holds_anything_of_an_erased_entry_but_what_others_said_sealed(
    base: KnowledgeBase,
) -> None:
    her = joined(base, name="Ada")
    mine, _ = practice(her, TITLE, TEXT, GROUP), practice(her, "Handover", "At the bed.")
    base.session.endorsements.endorse(mine, REASON)
    base.session.reuses.record(mine, group="Ward", context=CONTEXT, outcome="adopted")
    her.search(TEXT)
    said = (REASON, CONTEXT)
    traces = _merged(traces_of_entry(base.settings.data), {"views.sqlite": said, "log": said})

    _hold(base, traces)
    her.erasure.entry(mine)
    _hold_nothing(base, traces, but={"log": said})  # it is theirs, and shown no longer


def test_an_erasure_in_the_index_that_was_cut_short_is_taken_again_to_its_end(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _ = practice(base.session, TITLE, TEXT), practice(base.session, "Handover")
    base.session.search(TEXT)
    traces = traces_of_entry(base.settings.data)
    clear, failed = PassageStore.clear, list[PassageStore]()

    def fails_once(store: PassageStore) -> None:
        if not failed:
            failed.append(store)
            raise IndexUnavailable("The disk is full.")
        clear(store)

    monkeypatch.setattr(PassageStore, "clear", fails_once)
    base.session.erasure.entry(mine)
    assert failed
    _hold_nothing(base, traces)


@pytest.mark.parametrize("what", ["member", "entry"])
def test_no_file_of_words_from_before_an_erasure_is_left_and_no_other_generation(
    base: KnowledgeBase, what: str
) -> None:
    her = xanthippe(base)
    mine, _ = practice(her, TITLE, TEXT), practice(base.session, "Handover", "At the bed.")
    base.session.search(TEXT)
    generations = _generations(base)
    with ExitStack() as opened:
        # Held open, for the number of a file that is gone may be given to another.
        old = [
            opened.enter_context(path.open("rb"))
            for generation in generations
            for path in (generation / "lexical").iterdir()
            if _is_of_words(path) and _may_hold(path, WORDS)
        ]
        assert old
        assert all(os.fstat(file.fileno()).st_nlink for file in old)

        if what == "member":
            base.session.erasure.member(id_of(her), entries="erased")
        else:
            base.session.erasure.entry(mine)

        assert [file.name for file in old if os.fstat(file.fileno()).st_nlink] == []
    assert _generations(base) == generations


def test_what_a_revised_entry_said_before_is_gone_as_well(base: KnowledgeBase) -> None:
    her, other = xanthippe(base), practice(base.session, "Handover", "At the bed.")
    mine = practice(her, TITLE, TEXT)
    base.session.search(TEXT)
    traces = traces_of_entry(base.settings.data)
    revise(base, her, mine, "Round")
    base.session.search("round")

    her.erasure.entry(mine)

    _hold_nothing(base, traces)
    assert [each.id for each in base.session.search("handover at the bed").results] == [other]


def test_an_index_with_something_kept_aside_is_made_anew_by_an_erasure(
    base: KnowledgeBase,
) -> None:
    mine, _ = practice(base.session, TITLE, TEXT), practice(base.session, "Handover")
    base.session.search(TEXT)
    traces = traces_of_entry(base.settings.data)
    generations = _generations(base)
    base.parts.worker.stop()
    aside = ParkedEvent(
        projection="index",
        position=1,
        type="entry-contributed",
        stream=f"entry-{mine}",
        error=f"ValueError: {TEXT}",
        parked_at=utc_now(),
    )
    base.parts.parked.add([aside])

    base.session.erasure.entry(mine)

    _hold_nothing(base, traces)
    assert not generations & _generations(base)


def test_the_hash_of_a_text_tells_nobody_without_the_key_of_its_store_what_the_text_is(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    data = base.settings.data
    with opened(made.created(tmp_path / "another"), fulltext=base.settings.fulltext) as another:
        for one in (base, another):
            practice(one.session, TITLE, TEXT)
            one.session.search(TEXT)
        keyed, elsewhere = text_hash(data), text_hash(another.settings.data)
        assert left_in(another.settings.data, (elsewhere,))
        assert not left_in(another.settings.data, (keyed,))
    assert any(name.startswith("index/vectors.sqlite") for _, name in left_in(data, (keyed,)))
    assert not left_in(data, _plain_hashes(TITLE, TEXT, embedded_text()))


def _merged(*all_traces: Traces) -> Traces:
    names = set(chain.from_iterable(all_traces))
    return {name: sum((each.get(name, ()) for each in all_traces), ()) for name in names}


def _hold(base: KnowledgeBase, traces: Traces) -> None:
    """Each trace is where it is looked for: what is not found afterwards could have been."""
    data = base.settings.data
    held = stores(data, base.settings.fulltext)
    for store, secrets in traces.items():
        assert secrets, store
        assert holding(held[store], secrets) == list(secrets), store
    raw = [secret for secret in chain(*traces.values()) if isinstance(secret, bytes)]
    assert {secret for secret, _ in left_in(data, raw)} == set(raw)


def _hold_nothing(base: KnowledgeBase, traces: Traces, but: Traces | None = None) -> None:
    data = base.settings.data
    secrets = tuple(dict.fromkeys(chain(*traces.values())))
    held = stores(data, base.settings.fulltext)
    found = {store: tuple(holding(held[store], secrets)) for store in held}
    assert {store: some for store, some in found.items() if some} == (but or {})
    assert left_in(data, secrets) == []


def _is_of_words(path: Path) -> bool:
    """Whether a file of either engine has the words of documents."""
    return path.suffix in (".term", ".idx", ".store", ".seg")


def _may_hold(path: Path, words: Sequence[str]) -> bool:
    """Whether a file of words has these; of Tantivy's nobody can tell, which packs them."""
    return path.suffix != ".seg" or any(word.encode() in path.read_bytes() for word in words)


def _generations(base: KnowledgeBase) -> set[Path]:
    return {path for path in (base.settings.data / "index").iterdir() if path.is_dir()}


def _plain_hashes(*texts: str) -> list[bytes]:
    """Their hashes without a key, as bytes and in the signs that people read."""
    data = [text.encode() for text in texts]
    sizes = (8, 16, 20, 32, 64)
    found = [blake2b(each, digest_size=size).digest() for each in data for size in sizes]
    found += [plain(each).digest() for each in data for plain in (sha256, sha512)]
    return [*found, *(each.hex().encode() for each in found)]
