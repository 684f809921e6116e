"""The SQL that answers questions about entries, each statement with its name."""

from kb.access import OPERATOR_LABEL
from kb.entries.spelling import UNJOINED, UNJOINED_GROUP, spelled
from kb.views.withheld import ALL

_CARD = f"""
SELECT entry.*, {spelled("entry")} AS "group",
       (SELECT json_group_array(tag) FROM tag WHERE entry_id = entry.id) AS tags,
       (SELECT count(*) FROM endorsement WHERE entry_id = entry.id) AS endorsements,
       (SELECT count(*) FROM reuse WHERE entry_id = entry.id) AS reuses,
       EXISTS (SELECT 1 FROM parked WHERE entry_id = entry.id) AS incomplete,
       CASE WHEN {ALL} THEN 'operator' ELSE withheld END AS left_to
"""
CARD = f"{_CARD} FROM entry"
# What several views have aside is lacking once.
_LACKING = """SELECT max(unread) AS unread, max(lack) AS lack FROM parked WHERE entry_id = {}
GROUP BY position ORDER BY position"""
LACKING = _LACKING.format("?")
_ENTRY = f"""{_CARD}, revision.content,
       (SELECT json_group_array(json_object('unread', unread, 'lack', lack))
        FROM ({_LACKING.format("entry.id")})) AS lacking"""
_BY_ID = """
FROM entry JOIN revision ON revision.position = entry.revised_position WHERE entry.id = ?"""
ENTRY_BY_ID = f"{_ENTRY} {_BY_ID}"
WHOLE_ENTRY = f"""{_ENTRY},
       (SELECT count(*) FROM history WHERE entry_id = entry.id) AS happened,
       (SELECT title FROM entry AS next WHERE next.id = entry.successor) AS successor_title,
       (SELECT world FROM community) AS world
{_BY_ID}"""
LENGTH = f"SELECT length(revision.content) {_BY_ID}"
KNOWN = "SELECT 1 FROM entry WHERE id = ?"
SPELLINGS = f"""SELECT DISTINCT group_name FROM entry
WHERE {UNJOINED_GROUP} IN (SELECT value FROM json_each(?))"""
# A tag of several entries is shown as the first of those that the principal sees has it.
WRITTEN = """(SELECT tag FROM tag AS first
    WHERE first.looks = found.looks ORDER BY position LIMIT 1)"""


def _names(facet: str, written: str) -> str:
    """Names of a facet, that of the most entries first; a word of each begins so.

    Signs that have a meaning in patterns have none here.
    """
    word = f"instr(' ' || {UNJOINED.format('looks')}, ' ' || :beginning)"
    return f"""SELECT '{facet}' AS facet, {written} AS name FROM (
        SELECT looks, looks AS group_looks, sum(entries) AS entries, min(name_key) AS key
        FROM tally WHERE facet = '{facet}' AND (:beginning = '' OR {word})
        GROUP BY looks ORDER BY entries DESC, key LIMIT :limit) AS found"""


ALL_TAGS = _names("tag", WRITTEN)
ALL_GROUPS = _names("group", spelled("found"))
SUGGESTED = f"{ALL_TAGS} UNION ALL {ALL_GROUPS}"
ALL_IDS = "SELECT id FROM entry ORDER BY position"
IMPORTED = """SELECT id, external_id FROM entry
WHERE source_name = ? AND archived = 0 ORDER BY external_id"""
CONTRIBUTED = "SELECT id FROM entry WHERE contributed_by = ? ORDER BY position"

_BEGINS = ":beginning <> '' AND id >= :beginning AND id < :beginning || '~'"
MEANT = f"""
SELECT id FROM entry WHERE id = :text OR external_id = :text
UNION
SELECT id FROM entry WHERE {_BEGINS} LIMIT 3
"""
MEANT_REUSE = f"SELECT id FROM reuse WHERE {_BEGINS} LIMIT 3"
# Only those who had it erased are told that it was.
MEANT_ERASED = f"""
SELECT id FROM (SELECT substr(stream, length('entry-') + 1) AS id, actor FROM erasure
                WHERE stream LIKE 'entry-%')
WHERE (id = :text OR id IN (SELECT value FROM json_each(:imported)) OR ({_BEGINS}))
  AND EXISTS (SELECT 1 FROM json_each(principal_labels())
              WHERE value IN ('{OPERATOR_LABEL}', 'member:' || actor)) LIMIT 3
"""
SOURCES = "SELECT DISTINCT source_name FROM entry WHERE source_name IS NOT NULL"
OWN_LABELS = (
    "SELECT substr(value, 8) FROM json_each(principal_labels()) WHERE value LIKE 'member:%'"
)

RELATED = """
SELECT type, direction, id, title, archived, written, count(*) OVER () AS total FROM (
    SELECT relation.type, 'out' AS direction, target AS id, coalesce(title, target) AS title,
           coalesce(archived, 0) AS archived, coalesce(title_key, target) AS key, written
    FROM relation LEFT JOIN entry ON entry.id = target WHERE entry_id = :id
    UNION ALL
    SELECT relation.type, 'in', entry_id, coalesce(title, entry_id), coalesce(archived, 0),
           coalesce(title_key, entry_id), '[]'
    FROM relation LEFT JOIN entry ON entry.id = entry_id WHERE target = :id
) ORDER BY direction DESC, type, key LIMIT :limit OFFSET :offset
"""
COUNT_RELATED = """SELECT (SELECT count(*) FROM relation WHERE entry_id = :id)
    + (SELECT count(*) FROM relation WHERE target = :id)"""
LINKS = """
SELECT json_each.value AS written, entry.id FROM relation JOIN entry ON entry.id = target
JOIN json_each(written) WHERE entry_id = ?
"""
_PIECE = "LIMIT :limit OFFSET :offset"
_ENDORSED = "SELECT member, reason, endorsed_at FROM endorsement WHERE entry_id = :id"
ENDORSED = f"{_ENDORSED} ORDER BY position {_PIECE}"
ENDORSED_BY = f"{_ENDORSED} AND member = :member"
# The piece of a list, and that of one member beside it.
ENDORSED_AND_BY = (
    f"SELECT 0 AS mine, * FROM ({ENDORSED}) UNION ALL SELECT 1, * FROM ({ENDORSED_BY})"
)

_REUSE = f"""
SELECT reuse.id, entry_id, coalesce(title, entry_id) AS entry_title,
       {spelled("reuse")} AS "group", context, outcome, note, evidence, resulting_entry,
       recorded_at, updated_at, reuse.version
FROM reuse LEFT JOIN entry ON entry.id = entry_id
"""
REUSES = f"{_REUSE} WHERE entry_id = :id ORDER BY reuse.position {_PIECE}"
REUSES_AND_WHOSE = REUSES.replace("reuse.version\n", "reuse.version, recorded_by\n")
REUSE = f"{_REUSE} WHERE reuse.id = ?"
REUSES_BY = "SELECT id FROM reuse WHERE entry_id = ? AND recorded_by = ?"

_HISTORY = """
SELECT history.version, stream, what, detail, other, title AS other_title, actor, at
FROM history LEFT JOIN entry ON entry.id = other WHERE entry_id = :id ORDER BY history.position
"""
HISTORY = f"{_HISTORY} {_PIECE}"
NEWEST_HISTORY = f"{_HISTORY} DESC {_PIECE}"
CHANGED_SINCE = """
SELECT count(DISTINCT entry_id) FROM history WHERE position > ? AND stream = 'entry'
AND entry_id NOT IN (SELECT value FROM json_each(?))
"""
HAPPENED = "SELECT count(*) FROM history WHERE entry_id = ?"
TEXT_AT = """
SELECT content FROM revision WHERE entry_id = ? AND version <= ? ORDER BY version DESC LIMIT 1
"""
# Who wrote a text, and what they said to it, is told to those who see that in the history. Of one
# that was written before others than its author saw the entry, it is known who: the author.
_REVISION = """
SELECT revision.version, revision.at, revision.title, revision.group_name AS "group",
       iif(told.position, revision.note, NULL) AS note,
       coalesce(told.actor, iif(revision.at = contributed_at, contributed_by, NULL)) AS by,
       revision.partition <> entry.partition AS shown_otherwise, {}
FROM revision JOIN entry ON entry.id = revision.entry_id
     LEFT JOIN history AS told ON told.position = revision.position
WHERE revision.entry_id = :id
"""
REVISIONS = f"""
{_REVISION.format("(SELECT count(*) FROM revision WHERE entry_id = :id) AS total")}
ORDER BY revision.position DESC {_PIECE}"""
_NUMBER = """(SELECT count(*) FROM revision AS earlier WHERE earlier.entry_id = :id
    AND earlier.position <= revision.position) AS number,
    revision.position = entry.revised_position AS latest, content"""
REVISION = f"{_REVISION.format(_NUMBER)} AND revision.version = :version"
LAST_REVISION = """SELECT max(version) FROM revision
WHERE entry_id = :id AND (:before IS NULL OR version < :before)"""

_LINEAGE = """
SELECT '{way}' AS way, * FROM (
    WITH RECURSIVE found (id) AS (
        VALUES (:id)
        UNION
        SELECT lineage.{far} FROM found JOIN lineage ON lineage.{near} = found.id
    )
    SELECT lineage.{near} AS via, lineage.{far} AS id, lineage.relation,
           coalesce(title, lineage.{far}) AS title, coalesce(kind, '') AS kind,
           coalesce(archived, 0) AS archived, coalesce(title_key, lineage.{far}) AS key
    FROM found JOIN lineage ON lineage.{near} = found.id
    LEFT JOIN entry ON entry.id = lineage.{far}
)"""
_ORIGINS = _LINEAGE.format(way="origins", near="derived", far="origin")
_DERIVED = _LINEAGE.format(way="derived", near="origin", far="derived")
LINEAGE = f"{_ORIGINS} UNION ALL {_DERIVED} ORDER BY key, relation"

TOTALS = """SELECT coalesce(sum(entries) FILTER (WHERE facet = 'total'), 0),
    coalesce(sum(entries * archived) FILTER (WHERE facet = 'total'), 0),
    count(DISTINCT looks) FILTER (WHERE facet = 'group')
FROM tally WHERE facet IN ('total', 'group')"""
REUSED = "SELECT count(*) FROM reuse"
CARDS = f"{CARD} WHERE entry.id IN (SELECT value FROM json_each(?))"
