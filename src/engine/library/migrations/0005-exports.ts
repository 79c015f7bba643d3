/** Exports: the queue and what came of it. What they made lies where the user wanted it, and does not need this. */
export const exports = `
CREATE TABLE exports (
  id      TEXT PRIMARY KEY,
  -- ever rising, in the order in which they are made
  place   REAL NOT NULL,
  over    INTEGER NOT NULL,
  -- the process whose queue it is in
  pid     INTEGER NOT NULL,
  started TEXT NOT NULL,
  -- what is known of it, as JSON
  said    TEXT NOT NULL
) STRICT;
`;
