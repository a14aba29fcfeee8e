-- Imports that say where rows came from, notice changed files, and learn from what others have reckoned.

ALTER TABLE import ADD COLUMN format TEXT;  -- what the file was read as; null where an older version imported it
ALTER TABLE import ADD COLUMN name TEXT;    -- the file's own name, without its folder

-- Places passed in a file, about every 16 KiB, and each row's in its first 4 KiB: where the file was changed behind one of
-- them, it is known up to where it is still the same. Of a database there are none: its rows have numbers.
CREATE TABLE import_mark (
  source  INTEGER NOT NULL,
  offset  INTEGER NOT NULL,
  line    INTEGER NOT NULL,
  tail    INTEGER NOT NULL,     -- as in `import`
  PRIMARY KEY (source, offset)
) STRICT, WITHOUT ROWID;

-- The file that was read last of a stream of files: where it is gone, what was written to it since is lost, and that is said.
CREATE TABLE import_stream (
  stream  INTEGER PRIMARY KEY,  -- hash of what the user named
  source  INTEGER NOT NULL
) STRICT;

-- Where others think that emitters are: asked where nothing was heard of one. Never part of a report, and no reason not to
-- count an emitter as new.
CREATE TABLE estimate (
  key      INTEGER PRIMARY KEY, -- as in `emitter`
  lat      INTEGER NOT NULL,    -- 1e-7 degree
  lon      INTEGER NOT NULL,
  radius   INTEGER,             -- metres around it in which it is heard, where that is told
  samples  INTEGER NOT NULL,    -- sightings behind it, 1 where that is not told
  day      INTEGER NOT NULL     -- days since 1970 UTC when it was last heard, 0 where that is not told
) STRICT;
