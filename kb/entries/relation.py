"""Relations between entries: DataCite's relation types (schema 4.6), and their wording."""

import unicodedata
from urllib.parse import unquote

from kb.messages import Message, _

RELATION_TYPES: dict[str, tuple[Message, Message]] = {
    "IsDerivedFrom": (_("is derived from"), _("is source of")),
    "IsSourceOf": (_("is source of"), _("is derived from")),
    "IsVersionOf": (_("is a version of"), _("has version")),
    "HasVersion": (_("has version"), _("is a version of")),
    "IsNewVersionOf": (_("is a new version of"), _("is a previous version of")),
    "IsPreviousVersionOf": (_("is a previous version of"), _("is a new version of")),
    "IsVariantFormOf": (_("is a variant of"), _("is the original of")),
    "IsOriginalFormOf": (_("is the original of"), _("is a variant of")),
    "IsIdenticalTo": (_("is identical to"), _("is identical to")),
    "IsTranslationOf": (_("is a translation of"), _("has translation")),
    "HasTranslation": (_("has translation"), _("is a translation of")),
    "Cites": (_("cites"), _("is cited by")),
    "IsCitedBy": (_("is cited by"), _("cites")),
    "References": (_("refers to"), _("is referred to by")),
    "IsReferencedBy": (_("is referred to by"), _("refers to")),
    "IsSupplementTo": (_("is a supplement to"), _("is supplemented by")),
    "IsSupplementedBy": (_("is supplemented by"), _("is a supplement to")),
    "IsContinuedBy": (_("is continued by"), _("continues")),
    "Continues": (_("continues"), _("is continued by")),
    "IsDescribedBy": (_("is described by"), _("describes")),
    "Describes": (_("describes"), _("is described by")),
    "HasMetadata": (_("has metadata"), _("is metadata for")),
    "IsMetadataFor": (_("is metadata for"), _("has metadata")),
    "IsPartOf": (_("is part of"), _("has part")),
    "HasPart": (_("has part"), _("is part of")),
    "IsPublishedIn": (_("is published in"), _("publishes")),
    "IsDocumentedBy": (_("is documented by"), _("documents")),
    "Documents": (_("documents"), _("is documented by")),
    "IsCompiledBy": (_("is compiled by"), _("compiles")),
    "Compiles": (_("compiles"), _("is compiled by")),
    "IsReviewedBy": (_("is reviewed by"), _("reviews")),
    "Reviews": (_("reviews"), _("is reviewed by")),
    "Requires": (_("requires"), _("is required by")),
    "IsRequiredBy": (_("is required by"), _("requires")),
    "IsCollectedBy": (_("is collected by"), _("collects")),
    "Collects": (_("collects"), _("is collected by")),
    "IsObsoletedBy": (_("is replaced by"), _("replaces")),
    "Obsoletes": (_("replaces"), _("is replaced by")),
}
"""Relation type -> its wording from the entry that states it, and from its target."""


def reads(relation_type: str, *, incoming: bool = False) -> Message:
    """A relation in plain words, seen from the stating entry or, `incoming`, from its target."""
    outward, inward = RELATION_TYPES[relation_type]
    return inward if incoming else outward


WIKI = "wiki:"
"""The prefix of the target in a link that was written [[name]]."""

LONGEST_LINK = 500
"""Characters of a link to a file that are looked at."""


def written_name(link: str) -> str:
    """A link to a file of the same community, as stored in a relation: without its fragment.

    Encodings are normalised, so that a page finds the entry for a link in its text. Only the
    beginning of an overlong link counts, as normalising takes quadratic time on a run of accents.
    """
    return unicodedata.normalize("NFC", unquote(link.partition("#")[0])[:LONGEST_LINK])
