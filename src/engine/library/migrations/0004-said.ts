/** What takes are found by, and the journal of what is said in those being rendered. */
export const said = `
ALTER TABLE takes ADD COLUMN avatar_id TEXT;
ALTER TABLE takes ADD COLUMN project_id TEXT;
-- what is said, in the one spelling that searches are made in; null: written before there was this column
ALTER TABLE takes ADD COLUMN found_by TEXT;
UPDATE takes SET avatar_id = json_extract(said, '$.avatarId') WHERE json_valid(said);
CREATE INDEX takes_by_avatar ON takes (avatar_id, created_at DESC) WHERE avatar_id IS NOT NULL;
CREATE INDEX takes_by_project ON takes (project_id, created_at DESC) WHERE project_id IS NOT NULL;
CREATE INDEX takes_kept ON takes (created_at DESC) WHERE kept = 1;
CREATE TABLE spoken (
  take_id TEXT NOT NULL,
  number  INTEGER NOT NULL,
  -- the segment as JSON
  segment TEXT NOT NULL,
  PRIMARY KEY (take_id, number)
) STRICT, WITHOUT ROWID;
`;
