-- What is known of every emitter ever heard: read and written with every scan, so no text and as few nulls as can be.

CREATE TABLE emitter (
  key        INTEGER PRIMARY KEY,  -- kind and address, or kind and hash of a cell's identity
  -- What has been kept for upload: whether one more sighting would help (1e-7 degree, dBm, days since 1970 UTC).
  north      INTEGER NOT NULL,
  south      INTEGER NOT NULL,
  east       INTEGER NOT NULL,
  west       INTEGER NOT NULL,
  strongest  INTEGER NOT NULL,
  kept_day   INTEGER NOT NULL,
  -- What has been learned.
  lat        INTEGER NOT NULL,     -- centre, 1e-7 degree
  lon        INTEGER NOT NULL,
  weight     INTEGER NOT NULL,     -- sum of the weights behind it, hundredths
  scatter    INTEGER NOT NULL,     -- mean square distance of its sightings, m²
  level      INTEGER NOT NULL,     -- level one metre away, hundredths of a dBm
  count      INTEGER NOT NULL,     -- sightings at this place
  first_day  INTEGER NOT NULL,
  last_day   INTEGER NOT NULL,
  moves      INTEGER NOT NULL,     -- how often it was found to have moved
  other_lat  INTEGER,              -- another place at which it was heard lately
  other_lon  INTEGER,
  other_n    INTEGER NOT NULL      -- and how often in a row
) STRICT;
