-- A database of schema version 2, as Cairn wrote it. Frozen: it must open for ever.
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

PRAGMA user_version = 2;
