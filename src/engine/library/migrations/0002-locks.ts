/** Sources that a process is preparing right now, so that two processes never prepare the same one. */
export const locks = `
CREATE TABLE locks (
  source_hash TEXT PRIMARY KEY,
  holder      TEXT NOT NULL,
  pid         INTEGER NOT NULL,
  started     TEXT NOT NULL,
  since       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
