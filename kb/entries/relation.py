"""How entries relate to one another: DataCite's relation types (schema 4.6), and how each reads."""

import unicodedata
from urllib.parse import unquote

RELATION_TYPES: dict[str, tuple[str, str]] = {
    "IsDerivedFrom": ("is derived from", "is source of"),
    "IsSourceOf": ("is source of", "is derived from"),
    "IsVersionOf": ("is a version of", "has version"),
    "HasVersion": ("has version", "is a version of"),
    "IsNewVersionOf": ("is a new version of", "is a previous version of"),
    "IsPreviousVersionOf": ("is a previous version of", "is a new version of"),
    "IsVariantFormOf": ("is a variant of", "is the original of"),
    "IsOriginalFormOf": ("is the original of", "is a variant of"),
    "IsIdenticalTo": ("is identical to", "is identical to"),
    "IsTranslationOf": ("is a translation of", "has translation"),
    "HasTranslation": ("has translation", "is a translation of"),
    "Cites": ("cites", "is cited by"),
    "IsCitedBy": ("is cited by", "cites"),
    "References": ("refers to", "is referred to by"),
    "IsReferencedBy": ("is referred to by", "refers to"),
    "IsSupplementTo": ("is a supplement to", "is supplemented by"),
    "IsSupplementedBy": ("is supplemented by", "is a supplement to"),
    "IsContinuedBy": ("is continued by", "continues"),
    "Continues": ("continues", "is continued by"),
    "IsDescribedBy": ("is described by", "describes"),
    "Describes": ("describes", "is described by"),
    "HasMetadata": ("has metadata", "is metadata for"),
    "IsMetadataFor": ("is metadata for", "has metadata"),
    "IsPartOf": ("is part of", "has part"),
    "HasPart": ("has part", "is part of"),
    "IsPublishedIn": ("is published in", "publishes"),
    "IsDocumentedBy": ("is documented by", "documents"),
    "Documents": ("documents", "is documented by"),
    "IsCompiledBy": ("is compiled by", "compiles"),
    "Compiles": ("compiles", "is compiled by"),
    "IsReviewedBy": ("is reviewed by", "reviews"),
    "Reviews": ("reviews", "is reviewed by"),
    "Requires": ("requires", "is required by"),
    "IsRequiredBy": ("is required by", "requires"),
    "IsCollectedBy": ("is collected by", "collects"),
    "Collects": ("collects", "is collected by"),
    "IsObsoletedBy": ("is replaced by", "replaces"),
    "Obsoletes": ("replaces", "is replaced by"),
}
"""Relation type -> how it reads from the entry that states it, and from the one it points to."""


def reads(relation_type: str, *, incoming: bool = False) -> str:
    """A relation in plain words, seen from the stating entry or, `incoming`, from its target."""
    outward, inward = RELATION_TYPES[relation_type]
    return inward if incoming else outward


WIKI = "wiki:"
"""Stands before the name in a link that was written [[name]]."""

LONGEST_LINK = 500
"""Characters of a link to a file that are looked at."""


def written_name(link: str) -> str:
    """A link to a file of the same community, as a relation keeps it: without a part of the page.

    The same however it is encoded, so that a page finds the entry that a link of its text means. Of
    a link that is far too long the beginning: with accents alone this takes a square of time.
    """
    return unicodedata.normalize("NFC", unquote(link.partition("#")[0])[:LONGEST_LINK])
