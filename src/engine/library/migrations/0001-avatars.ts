/** The index of avatars. Everything here can be had again from the folders, but for the times and counts of use. */
export const avatars = `
CREATE TABLE avatars (
  id           TEXT PRIMARY KEY,
  source_hash  TEXT NOT NULL,
  name         TEXT NOT NULL,
  kind         TEXT NOT NULL,
  width        INTEGER NOT NULL,
  height       INTEGER NOT NULL,
  duration_sec REAL,
  face_index   INTEGER NOT NULL,
  face_count   INTEGER NOT NULL,
  preparation  INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  created_at   TEXT NOT NULL,
  used_at      TEXT,
  uses         INTEGER NOT NULL DEFAULT 0,
  tags         TEXT NOT NULL,
  -- name, tags and id in the one spelling that searches are made in
  found_by     TEXT NOT NULL,
  -- the sealed record, as in avatar.json
  record       TEXT NOT NULL,
  -- times of the folder and of avatar.json when this row was written
  stamp        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX avatars_by_source ON avatars (source_hash);
CREATE INDEX avatars_by_time ON avatars (created_at DESC);
`;
