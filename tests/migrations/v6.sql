-- A database of schema version 6, as Cairn wrote it. Frozen: it must open for ever.
PRAGMA application_id = 1130457458;

-- What was collected: trips, reports, sightings, and what intake decided about the rest.
-- Positions are in 1e-7 degree, times in ms since 1970 UTC, other units stand beside their columns.

-- One collection from start to stop, or one imported file.
CREATE TABLE trip (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  started  INTEGER NOT NULL,
  ended    INTEGER              -- null while it lasts, or where the process died: the next start closes it
) STRICT;

-- One fix with the sightings paired to it: the unit that is stored and uploaded.
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
) STRICT;
CREATE INDEX report_by_trip ON report (trip);

-- One emitter heard once. Columns that do not apply to its kind are null and cost a byte.
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

-- A cell's worldwide identity, once: sightings carry only its key.
CREATE TABLE cell (
  emitter  INTEGER PRIMARY KEY,
  radio    INTEGER NOT NULL,    -- 0 GSM, 1 WCDMA, 2 LTE, 3 NR
  mcc      INTEGER NOT NULL,
  mnc      INTEGER NOT NULL,
  area     INTEGER NOT NULL,
  cell     INTEGER NOT NULL
) STRICT;
CREATE INDEX cell_by_area ON cell (radio, mcc, mnc, area);

-- Hexagons in which nothing is recorded; a zone is the set of its hexagons, and its centre stands nowhere.
CREATE TABLE zone_cell (
  zone  INTEGER NOT NULL,
  cell  INTEGER NOT NULL,       -- H3 index, resolution 9
  PRIMARY KEY (zone, cell)
) STRICT, WITHOUT ROWID;

-- The user's own lists: addresses and name fragments that are never recorded.
CREATE TABLE refused (
  pattern  BLOB NOT NULL,       -- six octets of an address, or part of a name
  is_mac   INTEGER NOT NULL,
  PRIMARY KEY (is_mac, pattern)
) STRICT, WITHOUT ROWID;

-- How many sightings and fixes intake kept, only counted, or dropped, by reason: nothing vanishes unsaid.
CREATE TABLE intake_count (
  what  TEXT PRIMARY KEY,
  n     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox: which report each service has, wants, or refused.

-- A location service the user has chosen.
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

-- One row per service and report.
CREATE TABLE outbox (
  service  INTEGER NOT NULL REFERENCES service (id),
  report   INTEGER NOT NULL,
  state    INTEGER NOT NULL,  -- 0 waiting, 1 accepted, 2 quarantined, 3 not useful there
  shuffle  INTEGER NOT NULL,  -- order of upload: at random, so that a body tells no trip from another
  batch    INTEGER,           -- the batch it belongs to; kept in quarantine while the service may be refusing everything
  reason   TEXT,              -- why quarantined or not useful; carries no address, name or coordinate
  PRIMARY KEY (service, report)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (service, shuffle) WHERE state = 0 AND batch IS NULL;
CREATE INDEX outbox_by_batch ON outbox (batch, shuffle) WHERE batch IS NOT NULL;
CREATE INDEX outbox_by_report ON outbox (report);

-- Reports that are sent together. A batch is stored before its first byte leaves, and halves of a refused one are batches
-- themselves: a search for the culprit that is interrupted goes on where it was.
CREATE TABLE batch (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  service    INTEGER NOT NULL REFERENCES service (id),
  in_flight  INTEGER NOT NULL
) STRICT;
CREATE INDEX batch_by_service ON batch (service, in_flight);

-- What came of each request; the newest few thousand.
CREATE TABLE attempt (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  service  INTEGER NOT NULL,
  utc      INTEGER NOT NULL,
  reports  INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,   -- of the body as sent
  outcome  TEXT NOT NULL,
  waiting  INTEGER NOT NULL    -- reports still waiting afterwards
) STRICT;

-- The ledger: running totals behind the leaderboard and the coverage map. Written with every commit group, never worked out
-- from reports again, and tied to none by a foreign key: pruning and uploading do not touch it.

-- One row per thing that can be ranked. Reads take the best few of a kind by the index, however long the history.
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
CREATE INDEX ledger_by_points ON ledger (kind, points);

-- On which days each row was touched, so that `days` counts none twice in whatever order they are told.
CREATE TABLE ledger_touched (
  kind  INTEGER NOT NULL,
  key   INTEGER NOT NULL,
  day   INTEGER NOT NULL,
  PRIMARY KEY (kind, key, day)
) STRICT, WITHOUT ROWID;

-- The clock at a local day's two ends: a streak has to know that a date was skipped by flying over it.
CREATE TABLE ledger_clock (
  day           INTEGER PRIMARY KEY,
  first_utc     INTEGER NOT NULL,  -- ms
  first_offset  INTEGER NOT NULL,  -- minutes added to UTC
  last_utc      INTEGER NOT NULL,
  last_offset   INTEGER NOT NULL,
  streak        INTEGER NOT NULL   -- days of its streak, up to this one
) STRICT;
CREATE INDEX ledger_clock_by_streak ON ledger_clock (streak);

-- Ground walked, at H3 resolutions 9, 7, 5 and 3. An H3 index starts with its resolution, then its ancestors: all cells of
-- one resolution within a coarser cell are one range of the primary key, so a map view needs no index besides.
CREATE TABLE ledger_ground (
  cell       INTEGER PRIMARY KEY,
  first_day  INTEGER NOT NULL,
  last_day   INTEGER NOT NULL,
  days       INTEGER NOT NULL,  -- days walked; one told late, between the first and the last, is not counted
  hexagons   INTEGER NOT NULL   -- cells of resolution 9 walked within
) STRICT;

-- What is known of every emitter ever heard: read and written with every scan, so no text and as few nulls as can be.

CREATE TABLE "emitter" (
  key    INTEGER PRIMARY KEY,  -- kind and address, or kind and hash of a cell's identity
  lat    INTEGER NOT NULL,     -- learned centre, 1e-7 degree
  lon    INTEGER NOT NULL,
  known  BLOB NOT NULL         -- the rest, as follows
) STRICT;

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

INSERT INTO trip (id, started, ended) VALUES (1, 1767225600000, 1767229200000);
INSERT INTO report (id, trip, utc, offset, lat, lon, accuracy, altitude, altitude_accuracy, speed, heading, pressure, source)
  VALUES (1, 1, 1767225600123, 120, 601699123, 249384567, 425, 3150, 200, 125, 8750, 101325, 0), (2, 1, 1767225700000, NULL, 601700000, 249390000, NULL, NULL, NULL, NULL, NULL, NULL, 1);
INSERT INTO cell (emitter, radio, mcc, mnc, area, cell) VALUES (6639461122295255651, 2, 244, 5, 4711, 12345678);
INSERT INTO sighting (report, emitter, age, signal, ssid, frequency, format, serving, asu, advance, physical, arfcn) VALUES
  (1, 112394521950, -350, -61, x'43616665', 5180, 3, NULL, NULL, NULL, NULL, NULL),
  (1, 2305843121608215902, 120, -80, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL),
  (1, 6639461122295255651, 900, -95, NULL, NULL, NULL, 1, 45, 3, 123, 1300),
  (2, 112394521950, 0, NULL, x'43616665', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO intake_count (what, n) VALUES ('raw', 9), ('kept', 4), ('hidden', 5);
INSERT INTO refused (is_mac, pattern) VALUES (0, x'7472616d');
INSERT INTO service (id, url, api_key, protocol, full_metadata, allow_http, unmetered_only, charging_only, roaming, enabled, failures, next_attempt)
  VALUES (1, 'https://location.example', 'abcd', 0, 0, 0, 1, 0, 0, 1, 2, 1767225700000);
INSERT INTO batch (id, service, in_flight) VALUES (7, 1, 1);
INSERT INTO outbox (service, report, state, shuffle, batch, reason) VALUES (1, 1, 0, 4, 7, NULL), (1, 2, 2, 9, NULL, 'status 400');
INSERT INTO attempt (id, service, utc, reports, bytes, outcome, waiting) VALUES (1, 1, 1767225650000, 2, 512, 'failed for now: timed out', 2);
INSERT INTO ledger (kind, key, points, reports, sightings, wifi, cells, beacons, ground, again, distance, took, days, accepted, first_day, last_day, country, rule)
  VALUES (0, 0, 160, 2, 4, 1, 1, 0, 1, 0, 12000, 100000, 1, 0, 20454, 20454, 'FI', 1), (1, 20454, 160, 2, 4, 1, 1, 0, 1, 0, 12000, 100000, 1, 0, 20454, 20454, 'FI', 1);
INSERT INTO emitter (key, lat, lon, known) VALUES (112394521950, 601699500, 249387000, x'010000024fe64fe6000000fa0064f3e41324c300000001c200000000000001c223dd36a023dd33330edd63b00edd4e77c34fe600');
INSERT INTO import (source, offset, line, tail, trip) VALUES (42, 1000, 12, -7, 1);
INSERT INTO kept_trip (trip) VALUES (1);

PRAGMA user_version = 6;
