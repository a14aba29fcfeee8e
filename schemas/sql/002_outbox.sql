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
