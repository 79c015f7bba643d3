/**
 * Takes: the list of all, and the journal of those being rendered. A finished take can be had again from its folder; why a take failed
 * is known only here.
 */
export const takes = `
CREATE TABLE takes (
  id          TEXT PRIMARY KEY,
  state       TEXT NOT NULL,
  kept        INTEGER NOT NULL,
  created_at  TEXT NOT NULL,
  ended_at    TEXT,
  -- of a take that is over; of others the journal says it
  frames_done INTEGER NOT NULL,
  size_bytes  INTEGER NOT NULL,
  -- the process that renders it
  pid         INTEGER NOT NULL,
  started     TEXT NOT NULL,
  -- the rest of what is known of it, as JSON
  said        TEXT NOT NULL
) STRICT;
CREATE INDEX takes_by_time ON takes (created_at DESC, id);
CREATE TABLE fragments (
  take_id     TEXT NOT NULL,
  number      INTEGER NOT NULL,
  first_frame INTEGER NOT NULL,
  frames      INTEGER NOT NULL,
  keyframe    INTEGER NOT NULL,
  offset      INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  PRIMARY KEY (take_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE chunks (
  take_id     TEXT NOT NULL,
  number      INTEGER NOT NULL,
  first_frame INTEGER NOT NULL,
  frames      INTEGER NOT NULL,
  -- as JSON
  times       TEXT NOT NULL,
  PRIMARY KEY (take_id, number)
) STRICT, WITHOUT ROWID;
`;
