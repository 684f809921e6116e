"""Seals the parts of a draft with the keys of its member and of the entry that it revises.

With each of them in turn, so that a draft is gone with either, wherever a copy of its row is left.
"""

import msgspec

from events.vault import KeyVault
from kb.drafts.store import StoredDraft
from kb.ids import entry_stream, member_stream


def seal(vault: KeyVault, draft: StoredDraft, part: str, plain: bytes) -> bytes:
    """The `part` of a draft, sealed. Raises as `KeyVault.seal`."""
    context = _context(draft, part)
    for subject in _subjects(draft):
        plain = vault.seal(subject, plain, context)
    return plain


def unseal(vault: KeyVault, draft: StoredDraft, part: str, sealed: bytes) -> bytes:
    """The plain `part` of a draft. Raises as `KeyVault.open`."""
    context = _context(draft, part)
    for subject in reversed(_subjects(draft)):
        sealed = vault.open(subject, sealed, context)
    return sealed


def _subjects(draft: StoredDraft) -> tuple[str, ...]:
    own = member_stream(draft.member)
    return (entry_stream(draft.entry), own) if draft.entry else (own,)


def _context(draft: StoredDraft, part: str) -> bytes:
    """What a sealed part belongs to: of a row that was altered in any column, it does not open."""
    values = (draft.id, draft.kind, draft.entry, draft.version, draft.begun, draft.saved)
    return msgspec.json.encode(("draft", part, *values, draft.number))
