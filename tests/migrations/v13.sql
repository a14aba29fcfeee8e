-- A database of schema version 11, as Cairn wrote it. Frozen: it must open for ever.
PRAGMA application_id = 1130457458;
PRAGMA foreign_keys = OFF;

CREATE TABLE accepted_of (
  origin  INTEGER NOT NULL,
  day     INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (origin, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE attempt (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  service  INTEGER NOT NULL,
  utc      INTEGER NOT NULL,
  reports  INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,   -- of the body as sent
  outcome  TEXT NOT NULL,
  waiting  INTEGER NOT NULL    -- reports still waiting afterwards
) STRICT;
INSERT INTO "attempt" VALUES(1,1,1767225650000,2,512,'failed for now: timed out',2);
CREATE TABLE batch (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  service    INTEGER NOT NULL REFERENCES service (id),
  in_flight  INTEGER NOT NULL
) STRICT;
INSERT INTO "batch" VALUES(7,1,1);
CREATE TABLE cell (
  emitter  INTEGER PRIMARY KEY,
  radio    INTEGER NOT NULL,    -- 0 GSM, 1 WCDMA, 2 LTE, 3 NR
  mcc      INTEGER NOT NULL,
  mnc      INTEGER NOT NULL,
  area     INTEGER NOT NULL,
  cell     INTEGER NOT NULL
) STRICT;
INSERT INTO "cell" VALUES(6639461122295255651,2,244,5,4711,12345678);
CREATE TABLE "emitter" (
  key    INTEGER PRIMARY KEY,  -- kind and address, or kind and hash of a cell's identity
  lat    INTEGER NOT NULL,     -- learned centre, 1e-7 degree
  lon    INTEGER NOT NULL,
  known  BLOB NOT NULL         -- the rest, as follows
, part INTEGER, version INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "emitter" VALUES(112394521950,601699500,249387000,X'010000024FE64FE6000000FA0064F3E41324C300000001C200000000000001C223DD36A023DD33330EDD63B00EDD4E77C34FE600',1,0);
CREATE TABLE emitter_of (
  key      INTEGER NOT NULL,
  origin   INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  PRIMARY KEY (key, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO "emitter_of" VALUES(112394521950,1,1);
CREATE TABLE import (
  source  INTEGER PRIMARY KEY,  -- hash of the file's decompressed start
  offset  INTEGER NOT NULL,     -- decompressed bytes before the place that was reached
  line    INTEGER NOT NULL,     -- lines ended before it
  tail    INTEGER NOT NULL,     -- hash of the up to 500 bytes before it: differs where the file was changed
  trip    INTEGER NOT NULL REFERENCES trip (id)
) STRICT;
INSERT INTO "import" VALUES(42,1000,12,-7,1);
CREATE TABLE intake_count (
  what  TEXT PRIMARY KEY,
  n     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "intake_count" VALUES('hidden',5);
INSERT INTO "intake_count" VALUES('kept',4);
INSERT INTO "intake_count" VALUES('raw',9);
CREATE TABLE intake_of (
  origin  INTEGER NOT NULL,
  what    TEXT NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (origin, what)
) STRICT, WITHOUT ROWID;
INSERT INTO "intake_of" VALUES(1,'hidden',5);
INSERT INTO "intake_of" VALUES(1,'kept',4);
INSERT INTO "intake_of" VALUES(1,'raw',9);
CREATE TABLE kept_trip (
  trip  INTEGER PRIMARY KEY REFERENCES trip (id)
) STRICT;
INSERT INTO "kept_trip" VALUES(1);
CREATE TABLE ledger (
  kind       INTEGER NOT NULL,  -- 0 everything, 1 day, 2 week, 3 month, 4 trip, 5 area, 6 country
  key        INTEGER NOT NULL,  -- 0 | local day since 1970-01-01 | the week's Monday | 12 x year + month - 1 | trip | H3, resolution 5 | two ASCII letters
  points     INTEGER NOT NULL,  -- tenths
  reports    INTEGER NOT NULL,
  sightings  INTEGER NOT NULL,
  wifi       INTEGER NOT NULL,  -- emitters this phone had never heard, by kind
  cells      INTEGER NOT NULL,
  beacons    INTEGER NOT NULL,
  ground     INTEGER NOT NULL,  -- hexagons first walked
  again      INTEGER NOT NULL,  -- hexagons walked 90 days or more after the first time
  distance   INTEGER NOT NULL,  -- cm
  took       INTEGER NOT NULL,  -- ms
  days       INTEGER NOT NULL,  -- different local days
  accepted   INTEGER NOT NULL,  -- reports taken by a service; kept for everything, days, weeks and months
  first_day  INTEGER NOT NULL,
  last_day   INTEGER NOT NULL,
  country    TEXT,              -- ISO 3166-1 alpha-2 of where it began; null at sea
  rule       INTEGER NOT NULL,  -- newest version of the points' rule that its points were earned under
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "ledger" VALUES(0,0,160,2,4,1,1,0,1,0,12000,100000,1,0,20454,20454,'FI',1);
INSERT INTO "ledger" VALUES(1,20454,160,2,4,1,1,0,1,0,12000,100000,1,0,20454,20454,'FI',1);
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
INSERT INTO "ledger_base" VALUES(1,0,0,2,4,1,1,0,1,0,12000,100000);
INSERT INTO "ledger_base" VALUES(1,1,20454,2,4,1,1,0,1,0,12000,100000);
CREATE TABLE ledger_clock (
  day           INTEGER PRIMARY KEY,
  first_utc     INTEGER NOT NULL,  -- ms
  first_offset  INTEGER NOT NULL,  -- minutes added to UTC
  last_utc      INTEGER NOT NULL,
  last_offset   INTEGER NOT NULL,
  streak        INTEGER NOT NULL   -- days of its streak, up to this one
) STRICT;
CREATE TABLE ledger_ground (
  cell       INTEGER PRIMARY KEY,
  first_day  INTEGER NOT NULL,
  last_day   INTEGER NOT NULL,
  days       INTEGER NOT NULL,  -- days walked; one told late, between the first and the last, is not counted
  hexagons   INTEGER NOT NULL   -- cells of resolution 9 walked within
, part INTEGER, again INTEGER) STRICT;
CREATE TABLE ledger_lost (
  kind  INTEGER NOT NULL,  -- 0 an emitter, 1 a hexagon first walked, 2 a hexagon walked again
  key   INTEGER NOT NULL,  -- emitter.key or ledger_ground.cell
  part  INTEGER NOT NULL,
  PRIMARY KEY (kind, key, part)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "ledger_part" VALUES(1,1,20454,0,0,'',0,0,0,0,0,0,0,0,0,1);
CREATE TABLE ledger_touched (
  kind  INTEGER NOT NULL,
  key   INTEGER NOT NULL,
  day   INTEGER NOT NULL,
  PRIMARY KEY (kind, key, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE origin (
  id    INTEGER PRIMARY KEY,
  name  BLOB NOT NULL UNIQUE
) STRICT;
INSERT INTO "origin" VALUES(1,X'30303030303139623736646161383030');
CREATE TABLE outbox (
  service  INTEGER NOT NULL REFERENCES service (id),
  report   INTEGER NOT NULL,
  state    INTEGER NOT NULL,  -- 0 waiting, 1 accepted, 2 quarantined, 3 not useful there
  shuffle  INTEGER NOT NULL,  -- order of upload: at random, so that a body tells no trip from another
  batch    INTEGER,           -- the batch it belongs to; kept in quarantine while the service may be refusing everything
  reason   TEXT,              -- why quarantined or not useful; carries no address, name or coordinate
  PRIMARY KEY (service, report)
) STRICT, WITHOUT ROWID;
INSERT INTO "outbox" VALUES(1,1,0,4,7,NULL);
INSERT INTO "outbox" VALUES(1,2,2,9,NULL,'status 400');
CREATE TABLE pruned (
  service  INTEGER NOT NULL REFERENCES service (id),
  origin   INTEGER NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  PRIMARY KEY (service, origin, first)
) STRICT, WITHOUT ROWID;
INSERT INTO "pruned" VALUES(1,1,3,9);
CREATE TABLE refused (
  pattern  BLOB NOT NULL,       -- six octets of an address, or part of a name
  is_mac   INTEGER NOT NULL,
  PRIMARY KEY (is_mac, pattern)
) STRICT, WITHOUT ROWID;
INSERT INTO "refused" VALUES(X'7472616D',0);
CREATE TABLE report (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: services' states refer to it
  trip      INTEGER NOT NULL REFERENCES trip (id),
  utc       INTEGER NOT NULL,
  offset    INTEGER,            -- what the wall clock added to UTC, minutes
  lat       INTEGER NOT NULL,
  lon       INTEGER NOT NULL,
  accuracy  INTEGER,            -- 68 % radius, cm
  altitude  INTEGER,            -- above the ellipsoid, cm
  altitude_accuracy INTEGER,    -- 68 %, cm
  speed     INTEGER,            -- cm/s
  heading   INTEGER,            -- 0.01 degree clockwise from north
  pressure  INTEGER,            -- Pa
  source    INTEGER NOT NULL    -- 0 satellites, 1 fused, 2 set by hand
, origin INTEGER NOT NULL DEFAULT 0, number INTEGER) STRICT;
INSERT INTO "report" VALUES(1,1,1767225600123,120,601699123,249384567,425,3150,200,125,8750,101325,0,1,1);
INSERT INTO "report" VALUES(2,1,1767225700000,NULL,601700000,249390000,NULL,NULL,NULL,NULL,NULL,NULL,1,0,NULL);
CREATE TABLE self (
  id    INTEGER PRIMARY KEY CHECK (id = 0),
  name  BLOB NOT NULL,    -- sixteen octets, drawn at random
  file  INTEGER NOT NULL  -- what tells the file from its copies: a copy that is written to becomes an origin of its own
) STRICT;
INSERT INTO "self" VALUES(0,X'000102030405060708090A0B0C0D0E0F',1);
CREATE TABLE service (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  url            TEXT NOT NULL UNIQUE,
  api_key        TEXT,
  protocol       INTEGER NOT NULL,  -- 0 BeaconDB, 1 ichnaea, 2 any other that speaks geosubmit
  full_metadata  INTEGER NOT NULL,  -- 0 by default: times cut to the day, speed and heading rounded, no pressure
  allow_http     INTEGER NOT NULL,  -- 1 only where the user has confirmed it
  unmetered_only INTEGER NOT NULL,
  charging_only  INTEGER NOT NULL,
  roaming        INTEGER NOT NULL,
  enabled        INTEGER NOT NULL,
  stopped        INTEGER,           -- why nothing is sent until the user acts; null while it works
  failures       INTEGER NOT NULL DEFAULT 0,  -- in a row
  next_attempt   INTEGER,           -- ms since 1970 UTC; null for at once
  refused        INTEGER NOT NULL DEFAULT 0   -- single reports refused in a row, none taken between
) STRICT;
INSERT INTO "service" VALUES(1,'https://location.example','abcd',0,0,0,1,0,0,1,NULL,2,1767225700000,0);
CREATE TABLE sighting (
  report     INTEGER NOT NULL REFERENCES report (id),
  emitter    INTEGER NOT NULL,  -- kind and address, or kind and hash of a cell's identity (its numbers stand in `cell`)
  age        INTEGER NOT NULL,  -- time of the fix minus time of the sighting, ms; may be negative
  signal     INTEGER,           -- dBm
  ssid       BLOB,              -- WiFi: services that store WiFi refuse sightings without it
  frequency  INTEGER,           -- WiFi: MHz
  format     INTEGER,           -- WiFi generation or beacon format
  serving    INTEGER,           -- cells: 0 or 1
  asu        INTEGER,           -- cells
  advance    INTEGER,           -- cells: timing advance
  physical   INTEGER,           -- cells: scrambling code or physical cell id
  arfcn      INTEGER,           -- cells: channel number
  PRIMARY KEY (report, emitter) -- one per emitter and report, and a report's sightings lie together
) STRICT, WITHOUT ROWID;
INSERT INTO "sighting" VALUES(1,112394521950,-350,-61,X'43616665',5180,3,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "sighting" VALUES(1,2305843121608215902,120,-80,NULL,NULL,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "sighting" VALUES(1,6639461122295255651,900,-95,NULL,NULL,NULL,1,45,3,123,1300);
INSERT INTO "sighting" VALUES(2,112394521950,0,NULL,X'43616665',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE trip (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  started  INTEGER NOT NULL,
  ended    INTEGER              -- null while it lasts, or where the process died: the next start closes it
, origin INTEGER NOT NULL DEFAULT 0, number INTEGER) STRICT;
INSERT INTO "trip" VALUES(1,1767225600000,1767229200000,1,1);
CREATE TABLE zone_cell (
  zone  INTEGER NOT NULL,
  cell  INTEGER NOT NULL,       -- H3 index, resolution 9
  PRIMARY KEY (zone, cell)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_by_trip ON report (trip);
CREATE INDEX cell_by_area ON cell (radio, mcc, mnc, area);
CREATE INDEX outbox_waiting ON outbox (service, shuffle) WHERE state = 0 AND batch IS NULL;
CREATE INDEX outbox_by_batch ON outbox (batch, shuffle) WHERE batch IS NOT NULL;
CREATE INDEX outbox_by_report ON outbox (report);
CREATE INDEX batch_by_service ON batch (service, in_flight);
CREATE INDEX ledger_by_points ON ledger (kind, points);
CREATE INDEX ledger_clock_by_streak ON ledger_clock (streak);
CREATE UNIQUE INDEX trip_by_origin ON trip (origin, number) WHERE origin > 0;
CREATE UNIQUE INDEX report_by_origin ON report (origin, number) WHERE origin > 0;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('trip',1);
INSERT INTO "sqlite_sequence" VALUES('report',2);
INSERT INTO "sqlite_sequence" VALUES('service',1);
INSERT INTO "sqlite_sequence" VALUES('batch',7);
INSERT INTO "sqlite_sequence" VALUES('attempt',1);

-- Running counts: no screen and no request may count rows, for the phone of some years holds a million of them.

-- How many reports each service has in which state (see `outbox.state`). Kept by triggers, so that no statement can forget it.
CREATE TABLE outbox_count (
  service  INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  n        INTEGER NOT NULL,
  PRIMARY KEY (service, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER outbox_row_added AFTER INSERT ON outbox BEGIN
  INSERT INTO outbox_count (service, state, n) VALUES (new.service, new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER outbox_row_removed AFTER DELETE ON outbox BEGIN
  UPDATE outbox_count SET n = n - 1 WHERE service = old.service AND state = old.state;
END;
CREATE TRIGGER outbox_state_changed AFTER UPDATE OF state ON outbox WHEN new.state != old.state BEGIN
  UPDATE outbox_count SET n = n - 1 WHERE service = old.service AND state = old.state;
  INSERT INTO outbox_count (service, state, n) VALUES (new.service, new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

-- How many rows `report` and `sighting` have. Sightings come by the dozen: they are counted once a report, by whoever stores and
-- deletes them, not by a trigger a row.
CREATE TABLE stored (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  reports    INTEGER NOT NULL,
  sightings  INTEGER NOT NULL
) STRICT;

-- Quarantine is looked through by itself, and is mostly empty.
CREATE INDEX outbox_quarantined ON outbox (report, service) WHERE state = 2;
INSERT INTO "outbox_count" VALUES(1,0,1);
INSERT INTO "outbox_count" VALUES(1,2,1);
INSERT INTO "stored" VALUES(1,2,4);
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

UPDATE import SET format = 'wigle_csv', name = 'walk.csv';
INSERT INTO import_mark (source, offset, line, tail) VALUES (42, 600, 8, 77);
INSERT INTO import_stream (stream, source) VALUES (5, 42);
INSERT INTO estimate (key, lat, lon, radius, samples, day) VALUES (112394521951, 601699500, 249387000, NULL, 1, 0);

-- Region packs that estimates use beside what was learned. The files are not part of the database and may be gone: that is found
-- when they are opened.
CREATE TABLE pack (
  path   BLOB PRIMARY KEY,  -- absolute, as the system spells it
  added  INTEGER NOT NULL   -- ms since 1970 UTC; where several know an emitter, the pack added first is asked first
) STRICT, WITHOUT ROWID;

INSERT INTO pack (path, added) VALUES (x'2f6e6f77686572652f746f776e2e7061636b', 1767225600000);

CREATE TABLE imported (
  second  INTEGER PRIMARY KEY,  -- UTC of the fix, seconds since 1970
  heard   BLOB NOT NULL         -- for each sighting four bytes, ascending: a hash of its emitter and of where the fix was, to 1e-4 degree
) STRICT;
CREATE INDEX report_by_time ON report (utc);

INSERT INTO imported (second, heard) VALUES (1748772000, x'00112233aabbccdd');

CREATE TABLE asked (
  url         TEXT PRIMARY KEY,  -- the service's base address
  not_before  INTEGER NOT NULL   -- ms since 1970 UTC
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 13;
