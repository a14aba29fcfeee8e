-- Where things come from. With it two databases can be merged, whichever way round and however often, and nothing counts twice.
-- An origin is one database as it lived on one phone. What is this database's own has origin 0.

-- This database itself. Its name stays in copies and backups and goes nowhere else.
CREATE TABLE self (
  id    INTEGER PRIMARY KEY CHECK (id = 0),
  name  BLOB NOT NULL,    -- sixteen octets, drawn at random
  file  INTEGER NOT NULL  -- what tells the file from its copies: a copy that is written to becomes an origin of its own
) STRICT;

-- Other origins of which something is in here, from 1.
CREATE TABLE origin (
  id    INTEGER PRIMARY KEY,
  name  BLOB NOT NULL UNIQUE
) STRICT;

-- What was there before origins were kept is one of its own, named after its first trip, so that older backups are known again.
INSERT INTO origin (id, name) SELECT 1, CAST(printf('%016x', started) AS BLOB) FROM trip ORDER BY id LIMIT 1;

ALTER TABLE trip ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trip ADD COLUMN number INTEGER;    -- its id at its origin; null for own
ALTER TABLE report ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN number INTEGER;  -- its id at its origin; null for own
UPDATE trip SET origin = 1, number = id;
UPDATE report SET origin = 1, number = id;
CREATE UNIQUE INDEX trip_by_origin ON trip (origin, number) WHERE origin > 0;
CREATE UNIQUE INDEX report_by_origin ON report (origin, number) WHERE origin > 0;

-- Reports that a service took and that were deleted since, from the first number to the last: another phone that still has one
-- must not send it again.
CREATE TABLE pruned (
  service  INTEGER NOT NULL REFERENCES service (id),
  origin   INTEGER NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  PRIMARY KEY (service, origin, first)
) STRICT, WITHOUT ROWID;

-- What each origin added to the ledger, by what it has in common. Numbers only grow, so that of two states of one origin the
-- newer is the greater one. Which emitters and hexagons were new to more than one origin stands in ledger_lost.
CREATE TABLE ledger_part (
  id         INTEGER PRIMARY KEY,
  origin     INTEGER NOT NULL,
  day        INTEGER NOT NULL,
  trip       INTEGER NOT NULL,  -- 0 where that is not known
  area       INTEGER NOT NULL,  -- H3, resolution 5; 0 where that is not known
  country    TEXT NOT NULL,     -- empty at sea and where that is not known
  reports    INTEGER NOT NULL,
  sightings  INTEGER NOT NULL,
  wifi       INTEGER NOT NULL,
  cells      INTEGER NOT NULL,
  beacons    INTEGER NOT NULL,
  ground     INTEGER NOT NULL,
  again      INTEGER NOT NULL,
  distance   INTEGER NOT NULL,
  took       INTEGER NOT NULL,
  rule       INTEGER NOT NULL,
  UNIQUE (origin, day, trip, area, country)
) STRICT;

-- What was in the ledger before its parts were kept, as it was then.
CREATE TABLE ledger_base (
  origin     INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  key        INTEGER NOT NULL,
  reports    INTEGER NOT NULL,
  sightings  INTEGER NOT NULL,
  wifi       INTEGER NOT NULL,
  cells      INTEGER NOT NULL,
  beacons    INTEGER NOT NULL,
  ground     INTEGER NOT NULL,
  again      INTEGER NOT NULL,
  distance   INTEGER NOT NULL,
  took       INTEGER NOT NULL,
  PRIMARY KEY (origin, kind, key)
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_base
  SELECT 1, kind, key, reports, sightings, wifi, cells, beacons, ground, again, distance, took FROM ledger;

-- What was new to an origin but not the first to be counted, as another origin knew it before: taken off the ledger again.
CREATE TABLE ledger_lost (
  kind  INTEGER NOT NULL,  -- 0 an emitter, 1 a hexagon first walked, 2 a hexagon walked again
  key   INTEGER NOT NULL,  -- emitter.key or ledger_ground.cell
  part  INTEGER NOT NULL,
  PRIMARY KEY (kind, key, part)
) STRICT, WITHOUT ROWID;

-- Reports taken by services, and intake's counts, as far as they are other origins'; what is left of the totals is own.
CREATE TABLE accepted_of (
  origin  INTEGER NOT NULL,
  day     INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (origin, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE intake_of (
  origin  INTEGER NOT NULL,
  what    TEXT NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (origin, what)
) STRICT, WITHOUT ROWID;
INSERT INTO accepted_of SELECT 1, key, accepted FROM ledger WHERE kind = 1 AND accepted > 0;
INSERT INTO intake_of SELECT 1, what, n FROM intake_count WHERE EXISTS (SELECT 1 FROM origin);

ALTER TABLE emitter ADD COLUMN part INTEGER;                        -- the part of the ledger in which it counts as new
ALTER TABLE emitter ADD COLUMN version INTEGER NOT NULL DEFAULT 0;  -- how often this database has changed the row
ALTER TABLE ledger_ground ADD COLUMN part INTEGER;                  -- the part in which it counts as first walked
ALTER TABLE ledger_ground ADD COLUMN again INTEGER;                 -- and as walked again

-- How much of other origins' knowledge is in an emitter's row: their versions.
CREATE TABLE emitter_of (
  key      INTEGER NOT NULL,
  origin   INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  PRIMARY KEY (key, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO emitter_of SELECT key, 1, 1 FROM emitter;

-- Of what was known before, no more than the day is known on which it was new.
CREATE TEMP TABLE first_heard AS
  SELECT key, instr('123456789ABCDEF', substr(day, 1, 1)) * 4096 + instr('123456789ABCDEF', substr(day, 2, 1)) * 256
            + instr('123456789ABCDEF', substr(day, 3, 1)) * 16 + instr('123456789ABCDEF', substr(day, 4, 1)) AS day
  FROM (SELECT key, hex(substr(known, 5, 2)) AS day FROM emitter);
INSERT INTO ledger_part (origin, day, trip, area, country, reports, sightings, wifi, cells, beacons, ground, again, distance, took, rule)
  SELECT 1, day, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
  FROM (SELECT day FROM first_heard UNION SELECT first_day FROM ledger_ground UNION SELECT last_day FROM ledger_ground);
UPDATE emitter SET part = (SELECT p.id FROM ledger_part p JOIN first_heard f ON f.day = p.day WHERE f.key = emitter.key);
UPDATE ledger_ground SET part = (SELECT id FROM ledger_part WHERE day = first_day),
                         again = (SELECT id FROM ledger_part WHERE day = last_day AND last_day - first_day >= 90)
  WHERE (cell >> 52) & 15 = 9;
DROP TABLE first_heard;
