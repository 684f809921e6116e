"""The SQL that counts reuse, each statement with its name."""

from kb.entries.spelling import spelled

_COUNTS = """
    count(*) AS recorded,
    coalesce(sum(outcome = 'adopted'), 0) AS adopted,
    coalesce(sum(outcome = 'adapted'), 0) AS adapted,
    coalesce(sum(outcome = 'tried-and-stopped'), 0) AS tried_and_stopped,
    count(DISTINCT reuse.entry_id) AS entries
FROM reuse
"""
# Days are those of UTC: the first ten characters of the stored time.
_WITHIN = """
WHERE (:since IS NULL OR substr(recorded_at, 1, 10) >= :since)
  AND (:until IS NULL OR substr(recorded_at, 1, 10) <= :until)
"""
_OF_ENTRY = "JOIN entry ON entry.id = reuse.entry_id"
_OF_TAG = "JOIN tag ON tag.entry_id = reuse.entry_id"

REUSE_BY = {
    "kind": f"SELECT kind AS key, {_COUNTS} {_OF_ENTRY} {_WITHIN} GROUP BY kind",
    # As the first of the entries that are counted has it.
    "tag": f"""SELECT key, recorded, adopted, adapted, tried_and_stopped, entries FROM (
        SELECT tag AS key, min(tag.position), {_COUNTS} {_OF_TAG} {_WITHIN} GROUP BY tag.looks)""",
    "group": f"""SELECT {spelled("reuse")} AS key, {_COUNTS} {_WITHIN}
        GROUP BY reuse.group_looks""",
    "month": f"""SELECT substr(recorded_at, 1, 7) AS key, {_COUNTS} {_WITHIN}
        GROUP BY 1""",
}
REUSE_TOTAL = f"SELECT 'total' AS key, {_COUNTS} {_WITHIN}"
