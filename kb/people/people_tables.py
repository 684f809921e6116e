"""The tables behind members, groups and the record of who changed who may do what."""

# `looks` is what two names have in common that look alike, `name_key` tells their order, and
# `name_id` is the id that a group formed with this name would have.
# `subject` is the member or group that an event is about, `entry_id` the entry, if it is about one,
# and `author` whose that is or was; `partition` tells who saw the entry then, or saw it last.
TABLES = (
    """CREATE TABLE member (
        id TEXT PRIMARY KEY, standing TEXT NOT NULL, profile BLOB, invited_at TEXT NOT NULL,
        joined_at TEXT, looks TEXT, name_key TEXT) STRICT, WITHOUT ROWID""",
    "CREATE INDEX member_looks ON member (looks)",
    """CREATE TABLE member_role (
        member TEXT NOT NULL, role TEXT NOT NULL,
        PRIMARY KEY (member, role)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE member_group (
        member TEXT NOT NULL, group_id TEXT NOT NULL,
        PRIMARY KEY (member, group_id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE community_group (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT, open INTEGER NOT NULL,
        closed INTEGER NOT NULL DEFAULT 0, looks TEXT NOT NULL, name_key TEXT NOT NULL,
        name_id TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE INDEX community_group_parent ON community_group (parent)",
    "CREATE INDEX community_group_looks ON community_group (looks)",
    "CREATE INDEX community_group_name ON community_group (name_id)",
    "CREATE INDEX member_group_group ON member_group (group_id, member)",
    "CREATE TABLE community (world INTEGER NOT NULL) STRICT",
    "INSERT INTO community VALUES (0)",
    """CREATE TABLE access_change (
        position INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
        entry_id TEXT, what TEXT NOT NULL, detail TEXT NOT NULL, partition INTEGER,
        author TEXT) STRICT""",
    "CREATE INDEX access_change_subject ON access_change (subject, position)",
)
