"""Forms as values: their fields, their errors, and the arguments of commands made from them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar.params import URLEncodedBody
from msgspec import Struct, structs
from uuid_utils.compat import uuid7

from kb import Session
from kb.access import Visibility
from kb.entries.content import Content, Draft, Scalar, Section
from kb.entries.kinds import Kind, KindSection
from kb.entries.results import EntryPage
from kb.errors import (
    InvalidInput,
    KnowledgeBaseError,
    Mistakes,
    NotFound,
    ShownToMore,
)
from kb.messages import _
from web.pages.mistakes import placed
from web.pages.sight import ChosenSight

Posted = Mapping[str, Any]
FormBody = URLEncodedBody[dict[str, Any]]
"""The parameter of a handler that takes a `Posted` form."""

_SECTION = re.compile(r"(?:heading|text)-(0|[1-9][0-9]{0,3})")

_UNSEEN = ("command_id", "version", "_before")
"""Name endings of hidden fields; errors of these are shown above the form."""


class Form(Struct, frozen=True):
    """The values of a form and its errors by field; `problem` concerns the form as a whole."""

    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    problem: str = ""

    def wrong(self, field: str) -> str:
        """The error at `field`; empty if there is none."""
        return self.errors.get(field, "")

    def with_values(self, **more: str) -> "Form":
        """The same form with `more` values."""
        return structs.replace(self, values=self.values | more)

    def with_error(
        self, error: KnowledgeBaseError, called: Mapping[str, str] | None = None
    ) -> "Form":
        """The same form with `error` at its fields or above them, ready to be sent again.

        `called` maps names in errors to fields of this form, where these differ.
        """
        fresh = {"command_id": new_command_id()} if "command_id" in self.values else {}
        if isinstance(error, ShownToMore):
            fresh["entry_version"] = str(error.actual)
        fields = {field for field in self.values if not field.endswith(_UNSEEN)}
        errors, problem = placed(error, fields, called or {})
        return structs.replace(self, values=self.values | fresh, errors=errors, problem=problem)


class SectionField(Struct, frozen=True):
    """A section to fill in; `own` if the author chose its heading."""

    heading: str
    text: str
    prompt: str = ""
    required: bool = False
    own: bool = False


class EntryForm(Struct, frozen=True, kw_only=True):
    """An entry being written or revised.

    A revision starts from `version` of the text and from `group_before`. `draft_id` is the id
    under which it is kept as a draft, `draft_number` that of its last save, 0 before the first.
    """

    kind: Kind
    title: str = ""
    group: str = ""
    tags: str = ""
    note: str = ""
    sections: tuple[SectionField, ...] = ()
    version: int = 0
    group_before: str = ""
    command_id: str = ""
    draft_id: str = ""
    draft_number: int = 0
    chosen: ChosenSight = ChosenSight()
    errors: dict[str, str] = {}
    problem: str = ""

    def wrong(self, field: str) -> str:
        """The error at `field`, a name or a section's heading; empty if there is none."""
        return self.errors.get(field, "")

    def with_error(self, error: KnowledgeBaseError) -> "EntryForm":
        """As `Form.with_error`; headings of sections count as fields."""
        fields = {"title", "group", "tags", "note", "visibility", "groups"}
        fields |= {s.heading for s in self.sections}
        fresh = structs.replace(self, command_id=new_command_id())
        if isinstance(error, ShownToMore):
            fresh = structs.replace(fresh, version=error.actual)
        errors, problem = placed(error, fields, {"tag": "tags", "text": ""})
        return structs.replace(fresh, errors=errors, problem=problem)

    def draft(self, wrong: Mistakes) -> Draft:
        """The new entry; an impossible choice of visibility is added to `wrong`."""
        visibility = Visibility("author")
        with wrong:
            visibility = self.chosen.visibility()
        return Draft(
            kind=self.kind.key,
            content=self.content({}),
            group=self.group or None,
            tags=(self.tags,) if self.tags.strip() else (),
            visibility=visibility,
        )

    def content(self, properties: dict[str, Scalar]) -> Content:
        """The text, with `properties`, which no form changes.

        Sections of the template that are empty are left out.
        """
        used = (s for s in self.sections if s.own or s.text.strip())
        sections = tuple(Section(s.heading, s.text) for s in used)
        return Content(title=self.title, sections=sections, properties=properties)


def new_command_id() -> str:
    """An id that makes a form idempotent: sent twice, it counts once."""
    return str(uuid7())


def command_id(posted: Posted) -> UUID | None:
    """The command id in a form; None if it was tampered with."""
    try:
        return UUID(typed(posted, "command_id"))
    except ValueError:
        return None


def typed(posted: Posted, name: str) -> str:
    """The value of a field, with plain line ends; empty if it is missing."""
    return str(posted.get(name, "")).replace("\r\n", "\n")


def small_form(posted: Posted, *names: str) -> Form:
    """The fields `names` of a posted form."""
    return Form({name: typed(posted, name) for name in names})


def blank_form(kind: Kind) -> EntryForm:
    """The empty form for a kind."""
    return EntryForm(
        kind=kind,
        sections=tuple(map(_field, kind.sections)),
        command_id=new_command_id(),
        draft_id=new_command_id(),
    )


def form_of(entry: EntryPage, kind: Kind) -> EntryForm:
    """The form that revises `entry`: its sections in order, and the template's missing ones."""
    return EntryForm(
        kind=kind,
        title=entry.title,
        group=entry.group or "",
        sections=tuple(_woven(entry.sections, kind)),
        version=entry.version,
        group_before=entry.group or "",
        draft_id=new_command_id(),
    )


def posted_form(posted: Posted, kind: Kind) -> EntryForm:
    """The form as it came back from the browser."""
    return EntryForm(
        kind=kind,
        title=typed(posted, "title"),
        group=typed(posted, "group"),
        tags=typed(posted, "tags"),
        note=typed(posted, "note"),
        sections=tuple(_posted_sections(posted, kind, revising=bool(typed(posted, "version")))),
        version=posted_version(posted, "version"),
        group_before=typed(posted, "group_before"),
        command_id=typed(posted, "command_id"),
        draft_id=typed(posted, "draft_id"),
        draft_number=draft_number(posted),
        chosen=chosen_sight(posted, "members"),
    )


def posted_version(posted: Posted, name: str = "entry_version") -> int:
    """The version of the entry on the page with the form.

    1 for a form without one, which then fits an unchanged entry only. An impossible version
    becomes 0, or stays a number that no entry reaches, and the command refuses it.
    """
    text = typed(posted, name)
    if not text:
        return 1
    return int(text[:20]) if text.isascii() and text.isdecimal() else 0


def draft_number(posted: Posted) -> int:
    """The number of the last save of the draft that a form has; 0 for none."""
    return posted_version(posted, "draft_number") if typed(posted, "draft_number") else 0


def with_before(values: Mapping[str, str]) -> Form:
    """The form with `values`, and hidden copies of them for `changed`."""
    return Form({**values, **{f"{field}_before": text for field, text in values.items()}})


def changed(posted: Posted, field: str) -> bool:
    """Whether `field` differs from its initial value in `field_before`.

    Without that, it counts as changed.
    """
    before = f"{field}_before"
    return before not in posted or typed(posted, field) != typed(posted, before)


def ticked(posted: Posted, what: str) -> tuple[str, ...]:
    """The ids of the boxes called `what` that were ticked."""
    return tuple(name[len(what) + 1 :] for name in posted if name.startswith(f"{what}-"))


def ticked_otherwise(posted: Posted, what: str) -> tuple[set[str], set[str]]:
    """The boxes newly ticked, and those unticked, since the form was shown.

    Boxes left alone are not compared, as a stale form must not undo another steward's change.
    """
    chosen, shown = set(ticked(posted, what)), set(ticked(posted, f"shown-{what}"))
    return chosen - shown, shown - chosen


def chosen_sight(posted: Posted, usual: str = "") -> ChosenSight:
    """The visibility chosen in a form; `usual` if it has none."""
    sight = typed(posted, "sight") or usual
    return ChosenSight(
        sight,
        ticked(posted, "seen-by"),
        typed(posted, "sight_before") or usual,
        tuple(typed(posted, "groups_before").split()),
        typed(posted, "seen-by"),
    )


def entry_meant(session: Session, text: str, field: str) -> str | None:
    """The id of the entry whose address or id was typed into `field`; None if it is empty.

    Raises `InvalidInput` when there is no such entry.
    """
    name = text.strip().split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2]
    if not name:
        return None
    try:
        return session.catalogue.resolve(name)
    except NotFound:
        raise InvalidInput(
            _("There is no entry {name!r}; copy the address of its page here.", name=name), field
        ) from None


def _field(section: KindSection, text: str = "", *, revising: bool = False) -> SectionField:
    # A revision may leave a section empty that was empty before, e.g. in an imported entry.
    required = section.required and (not revising or bool(text.strip()))
    return SectionField(section.heading, text, section.prompt, required)


def _woven(sections: Sequence[Section], kind: Kind) -> Iterable[SectionField]:
    """`sections` in order, with the template's missing ones inserted in their places."""
    template = {section.heading: section for section in kind.sections}
    woven = [section_field(s.heading, s.text, kind, revising=True) for s in sections]
    before: str | None = None
    known = any(s.heading in template for s in sections)
    for heading, section in template.items():
        present = [s.heading for s in woven]
        if heading not in present:
            first = 0 if known else len(woven)
            place = first if before is None else present.index(before) + 1
            woven.insert(place, _field(section, revising=True))
        before = heading
    return woven


def section_field(heading: str, text: str, kind: Kind, *, revising: bool = False) -> SectionField:
    """The field for a section of the template, with its prompt, or for one of the author's own."""
    for section in kind.sections:
        if section.heading == heading:
            return _field(section, text, revising=revising)
    return SectionField(heading, text, own=True)


def _posted_sections(posted: Posted, kind: Kind, *, revising: bool) -> Iterable[SectionField]:
    places = {int(found[1]) for name in posted if (found := _SECTION.fullmatch(name))}
    for place in sorted(places):
        heading, text = typed(posted, f"heading-{place}"), typed(posted, f"text-{place}")
        if heading.strip() or text.strip():
            yield section_field(heading.strip(), text, kind, revising=revising)
