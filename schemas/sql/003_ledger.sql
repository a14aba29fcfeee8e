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
