"""All views of the knowledge base, in the order in which each event reaches them."""

from kb.endorsements.endorsement_view import ENDORSEMENTS
from kb.entries.catalogue_view import CATALOGUE
from kb.entries.history_view import HISTORY
from kb.entries.lineage_view import LINEAGE
from kb.following.view_set import ViewSet
from kb.people.audit_view import AUDIT
from kb.people.erasures_view import ERASURES
from kb.people.people_view import PEOPLE
from kb.reuse.reuse_view import REUSES

# The record of changes tells groups by the names that they have, and who saw an erased entry last.
VIEWS = ViewSet((PEOPLE, ERASURES, AUDIT, CATALOGUE, HISTORY, LINEAGE, ENDORSEMENTS, REUSES))
