"""The SQL that answers questions about people, each statement with its name."""

from kb.views.withheld import held

_UNTOLD = held("'member-' || id", "profile")
_NAME = f"""id, standing, CASE WHEN {_UNTOLD} THEN NULL ELSE profile END AS profile,
    (SELECT count(*) FROM member AS other WHERE other.looks = member.looks) AS alike"""
_MEMBER_COLUMNS = f"""{_NAME}, joined_at,
    (SELECT json_group_array(role) FROM member_role WHERE member = id) AS roles,
    (SELECT json_group_array(group_id) FROM (
        SELECT group_id FROM member_group
        LEFT JOIN community_group ON community_group.id = group_id
        WHERE member = member.id ORDER BY name_key, group_id)) AS groups"""
_MEMBER = f"SELECT {_MEMBER_COLUMNS} FROM member"
# A person who never took their invitation is there for those who look after people alone.
_SHOWN = "(joined_at IS NOT NULL OR :waiting)"
# A word of the name begins so.
_NAMED = "(:named = '' OR instr(' ' || replace({}, '-', ' '), ' ' || :named))"
_LISTED = f"""
WHERE standing IN ('invited', 'joined') AND {_SHOWN}
  AND {_NAMED.format(f"CASE WHEN {_UNTOLD} THEN '' ELSE coalesce(looks, '') END")}
"""
_IN_GROUP = f"{_LISTED} AND id IN (SELECT member FROM member_group WHERE group_id = :group)"
MEMBERS = f"{_MEMBER} {_LISTED} ORDER BY joined_at, id LIMIT :limit OFFSET :offset"
# The piece is chosen first, so that the rest is looked up for its members alone; with each stands
# how many the whole list has. Nobody's place tells a name that is not told.
_BY_NAME = f"CASE WHEN {_UNTOLD} THEN NULL ELSE name_key END NULLS LAST, id"
MEMBERS_BY_NAME, MEMBERS_OF_GROUP = (
    f"""WITH piece AS MATERIALIZED (
        SELECT id, count(*) OVER () AS total FROM member {listed}
        ORDER BY {_BY_NAME} LIMIT :limit OFFSET :offset)
    SELECT {_MEMBER_COLUMNS}, total FROM member JOIN piece USING (id) ORDER BY {_BY_NAME}"""
    for listed in (_LISTED, _IN_GROUP)
)
FIRST_OF_GROUPS = f"""
SELECT {_MEMBER_COLUMNS}, of_group FROM member JOIN (
    SELECT id, group_id AS of_group,
        row_number() OVER (PARTITION BY group_id ORDER BY {_BY_NAME}) AS place
    FROM member JOIN member_group ON member = id {_LISTED}
    AND group_id IN (SELECT value FROM json_each(:groups))) USING (id)
WHERE place <= :most ORDER BY of_group, place"""
COUNT_MEMBERS, COUNT_OF_GROUP = (
    f"SELECT count(*) FROM member {listed}" for listed in (_LISTED, _IN_GROUP)
)
BEGINNING = f"{_MEMBER} WHERE id LIKE :begin || '%' AND {_SHOWN} LIMIT 2"
NAMES = f"""SELECT {_NAME}, NULL AS joined_at, '[]' AS roles, '[]' AS groups
FROM member WHERE id IN (SELECT value FROM json_each(?))"""
# The groups of a member, with all that these are in; UNION ends in a circle.
PRINCIPAL = f"""SELECT standing,
    (SELECT json_group_array(role) FROM member_role WHERE member = id) AS roles,
    (WITH RECURSIVE mine (id) AS (
        SELECT group_id FROM member_group WHERE member = member.id
        UNION
        SELECT parent FROM community_group JOIN mine USING (id)
        WHERE parent IS NOT NULL AND NOT {held("'group-' || parent", "group")})
    SELECT json_group_array(id) FROM mine) AS groups,
    CASE WHEN {_UNTOLD} THEN NULL
        ELSE json_extract(CAST(profile AS TEXT), '$.display_language') END AS language
FROM member WHERE id = ?"""
# As it holds with all that it is in: open where each of these is, closed where one is.
_WITH_AROUND = """(
    WITH RECURSIVE line (id) AS (
        SELECT community_group.id
        UNION
        SELECT above.parent FROM community_group AS above JOIN line USING (id)
        WHERE above.parent IS NOT NULL)
    SELECT {} FROM community_group AS one JOIN line USING (id))"""
_GROUP_COLUMNS = f"""id, name, parent, {_WITH_AROUND.format("min(one.open)")} AS open,
    {_WITH_AROUND.format("max(one.closed)")} AS closed"""
_GROUP = f"SELECT {_GROUP_COLUMNS} FROM community_group"
_GROUPS_LISTED = f"""
WHERE {_NAMED.format("looks")} AND (:inside IS NULL OR parent = :inside)
"""
_PIECE = f"""piece AS MATERIALIZED (
    SELECT id, count(*) OVER () AS total FROM community_group {_GROUPS_LISTED}
    ORDER BY name_key, id LIMIT :limit OFFSET :offset)"""
# With each stands how many the whole list has, as of members.
GROUPS = f"""WITH {_PIECE}
SELECT {_GROUP_COLUMNS}, total FROM community_group JOIN piece USING (id) ORDER BY name_key, id"""
# Those that the list begins with, which have that number, and others beside.
GROUPS_OFFERED = f"""WITH {_PIECE}
SELECT {_GROUP_COLUMNS}, total FROM community_group LEFT JOIN piece USING (id)
WHERE id IN (SELECT id FROM piece UNION SELECT value FROM json_each(:others))
ORDER BY name_key, id"""
COUNT_GROUPS = f"SELECT count(*) FROM community_group {_GROUPS_LISTED}"
GROUPS_OF = f"{_GROUP} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY name_key, id"
# Of these the first that finds any counts.
GROUPS_CALLED = (
    f"{_GROUP} WHERE name_id = :name ORDER BY name_key, id LIMIT 2",
    # A group that was renamed keeps the id that its first name gave it.
    f"{_GROUP} WHERE id IN (:text, :name) ORDER BY name_key, id LIMIT 2",
    f"{_GROUP} WHERE looks = :looks ORDER BY name_key, id LIMIT 2",
)
PLACES = "SELECT id, parent FROM community_group ORDER BY name_key, id"
# The deepest first: so each is followed by what is inside it. Circles are not reached.
NESTED = """
WITH RECURSIVE tree (id, depth, name_key) AS (
    SELECT id, 0, name_key FROM community_group AS one
    WHERE NOT EXISTS (SELECT 1 FROM community_group AS above WHERE above.id = one.parent)
    UNION ALL
    SELECT inside.id, depth + 1, inside.name_key
    FROM tree JOIN community_group AS inside ON inside.parent = tree.id
    ORDER BY 2 DESC, 3, 1)
SELECT id, depth FROM tree LIMIT :limit OFFSET :offset
"""
LINE = f"""WITH RECURSIVE line (id) AS (
    SELECT ?
    UNION
    SELECT above.parent FROM community_group AS above JOIN line USING (id)
    WHERE above.parent IS NOT NULL)
{_GROUP} WHERE id IN (SELECT id FROM line)"""
SIZES = f"""SELECT group_id, count(*) FROM member_group JOIN member ON member.id = member
WHERE {_SHOWN} AND group_id IN (SELECT value FROM json_each(:groups)) GROUP BY group_id"""
WORLD = "SELECT world FROM community"
SHOWN_TO_WORLD = "SELECT count(*) FROM entry"
STEWARDS = """SELECT id FROM member JOIN member_role ON member = id
WHERE role = 'steward' AND standing = 'joined' ORDER BY id"""
_CHANGED = "WHERE subject = :subject OR author = :author OR :subject = ''"
CHANGES = f"SELECT * FROM access_change {_CHANGED} ORDER BY position"
NEWEST_CHANGES = f"""SELECT access_change.*, name AS of_group
FROM access_change LEFT JOIN community_group ON community_group.id = subject {_CHANGED}
ORDER BY position DESC LIMIT :limit OFFSET :offset"""
COUNT_CHANGES = f"SELECT count(*) FROM access_change {_CHANGED}"
CHANGES_BY = """SELECT * FROM access_change
WHERE actor = ? AND subject <> actor AND author IS NOT actor ORDER BY position"""
