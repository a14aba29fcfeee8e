-- Running counts: no screen and no request may count rows, for the phone of some years holds a million of them.

-- How many reports each service has in which state (see `outbox.state`). Kept by triggers, so that no statement can forget it.
CREATE TABLE outbox_count (
  service  INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  n        INTEGER NOT NULL,
  PRIMARY KEY (service, state)
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_count (service, state, n) SELECT service, state, count(*) FROM outbox GROUP BY service, state;

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
INSERT INTO stored (one, reports, sightings) VALUES (1, (SELECT count(*) FROM report), (SELECT count(*) FROM sighting));

-- Quarantine is looked through by itself, and is mostly empty.
CREATE INDEX outbox_quarantined ON outbox (report, service) WHERE state = 2;
