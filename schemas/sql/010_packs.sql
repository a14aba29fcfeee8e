-- Region packs that estimates use beside what was learned. The files are not part of the database and may be gone: that is found
-- when they are opened.
CREATE TABLE pack (
  path   BLOB PRIMARY KEY,  -- absolute, as the system spells it
  added  INTEGER NOT NULL   -- ms since 1970 UTC; where several know an emitter, the pack added first is asked first
) STRICT, WITHOUT ROWID;
