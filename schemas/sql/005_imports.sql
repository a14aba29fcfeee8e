-- How far each imported file has been taken in: written with its rows, so that an import which dies goes on there.
CREATE TABLE import (
  source  INTEGER PRIMARY KEY,  -- hash of the file's decompressed start
  offset  INTEGER NOT NULL,     -- decompressed bytes before the place that was reached
  line    INTEGER NOT NULL,     -- lines ended before it
  tail    INTEGER NOT NULL,     -- hash of the up to 500 bytes before it: differs where the file was changed
  trip    INTEGER NOT NULL REFERENCES trip (id)
) STRICT;

-- Trips imported to learn and count only: their reports go to no service, nor to one that is added later.
CREATE TABLE kept_trip (
  trip  INTEGER PRIMARY KEY REFERENCES trip (id)
) STRICT;
