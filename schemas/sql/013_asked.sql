-- When services may be asked again where the phone is, to compare what they answer (`cairn compare`): a limit holds across runs, and a
-- service that wants to be left alone is.
CREATE TABLE asked (
  url         TEXT PRIMARY KEY,  -- the service's base address
  not_before  INTEGER NOT NULL   -- ms since 1970 UTC
) STRICT, WITHOUT ROWID;
