"""Nobody writes with a role that was taken from them after it was asked who they are."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.access import operator
from kb.errors import Forbidden
from kb.ids import new_event_id, new_id
from kb.noted_reads import NotedReads
from kb.people.member import roles_after
from kb.people.service import People
from kb.writer import Writer
from tests.worlds.base import id_of, joined, practice


def test_a_session_of_before_a_role_was_taken_writes_nothing_more(base: KnowledgeBase) -> None:
    joined(base, "member", "steward", name="Another")
    steward, member = joined(base, "member", "steward"), joined(base, "member")
    base.session.people.change_roles(id_of(steward), ["member"])
    with pytest.raises(Forbidden, match="role was taken"):
        steward.people.change_roles(id_of(member), ["member", "steward"])
    assert base.session.directory.member(id_of(member)).roles == ("member",)
    now = base.as_member(id_of(steward))
    assert practice(now, "Written as a member")


def test_a_role_that_is_taken_while_a_command_is_decided_writes_nothing(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(base, "member", "steward", name="Another")
    steward, member = joined(base, "member", "steward"), joined(base, "member")
    append, taking = NotedReads.append, [True]

    def late(log: NotedReads, events: Mapping[str, Sequence[Any]]) -> Any:
        if taking:
            taking.clear()
            base.session.people.change_roles(id_of(steward), ["member"])
        return append(log, events)

    monkeypatch.setattr(NotedReads, "append", late)
    with pytest.raises(Forbidden, match="role was taken"):
        steward.people.change_roles(id_of(member), ["member", "steward"])
    assert not taking
    assert base.session.directory.member(id_of(member)).roles == ("member",)


def test_a_writer_on_behalf_of_a_member_holds_to_their_roles_too(base: KnowledgeBase) -> None:
    joined(base, "member", "steward", name="Another")
    steward, member = joined(base, "member", "steward"), joined(base, "member")
    writer = Writer(
        base.parts.log,
        base.parts.codec,
        principal=operator(),
        new_event_id=new_event_id,
        settle=base.parts.worker.settle,
        holds=roles_after,
    )
    people = People(writer.as_(steward.principal), new_id)
    base.session.people.change_roles(id_of(steward), ["member"])
    with pytest.raises(Forbidden, match="role was taken"):
        people.change_roles(id_of(member), ["member", "steward"])
