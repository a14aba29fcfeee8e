-- What is in from files, by what was heard, when and where: people export all that they have again and again, and what two files
-- tell counts once. Reports cannot be asked for it: most of what is heard is counted without being stored.

CREATE TABLE imported (
  second  INTEGER PRIMARY KEY,  -- UTC of the fix, seconds since 1970
  heard   BLOB NOT NULL         -- for each sighting four bytes, ascending: a hash of its emitter and of where the fix was, to 1e-4 degree
) STRICT;

-- So that what the phone heard itself is known, too, when it comes back in a file.
CREATE INDEX report_by_time ON report (utc);
