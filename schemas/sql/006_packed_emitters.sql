-- An emitter's row is written whole with every commit: one packed value costs a fraction of eighteen columns. What queries ask
-- for by itself, the place, stays in columns.

CREATE TABLE packed_emitter (
  key    INTEGER PRIMARY KEY,  -- kind and address, or kind and hash of a cell's identity
  lat    INTEGER NOT NULL,     -- learned centre, 1e-7 degree
  lon    INTEGER NOT NULL,
  known  BLOB NOT NULL         -- the rest, as follows
) STRICT;

-- `known`, integers with the highest byte first, two's complement where signed:
--
--  at  bytes
--   0  1  version of this layout: 1
--   1  1  band: 0 not told, 1 2.4 GHz, 2 5 GHz, 3 6 GHz
--   2  2  sightings at this place
--   4  2  day of the first of them, since 1970 UTC
--   6  2  day of the newest
--   8  4  sum of the weights behind the centre, hundredths
--  12  2  sightings of equal weight that would place it as well, hundredths: (sum of weights)² / sum of squares
--  14  2  signed: level one metre away, hundredths of a dBm
--  16  2  mean square of what signals differ from that level's, hundredths of dB²
--  18  1  signed: strongest signal, dBm; -128 where none was told
--  19  1  how often it was found to have moved
--  20  4  mean square distance of its sightings from the centre eastwards, m²
--  24  4  signed: mean product of the two distances, m²
--  28  4  mean square distance northwards, m²
--  32 16  signed: northernmost, southernmost, easternmost, westernmost place kept for upload, 1e-7 degree
--  48  1  signed: strongest signal kept, dBm; -128 where none was told
--  49  2  day of the newest sighting kept
--  51  1  how often in a row it was heard at another place lately
--  52  8  signed: that place, latitude and longitude, 1e-7 degree; only where the number before is not 0

INSERT INTO packed_emitter (key, lat, lon, known)
SELECT key, lat, lon, unhex(
  printf('0100%04X%04X%04X%08X%04X', min(count, 65535), min(max(first_day, 0), 65535), min(max(last_day, 0), 65535),
    min(max(weight, 1), 4294967295), min(max(count * 50, 100), 65535))  -- as if half of the sightings had told where it is
  || printf('%04X', min(max(level, -32768), 32767) & 65535)
  || '1324'  -- (7 dB)², the usual
  || printf('%02X%02X', min(max(strongest, -128), 127) & 255, min(max(moves, 0), 255))
  || printf('%08X00000000%08X', scatter / 2, scatter / 2)  -- alike in all directions: more is not known
  || printf('%08X%08X%08X%08X', north & 4294967295, south & 4294967295, east & 4294967295, west & 4294967295)
  || printf('%02X%04X', min(max(strongest, -128), 127) & 255, min(max(kept_day, 0), 65535))
  || CASE WHEN other_n > 0 AND other_lat IS NOT NULL AND other_lon IS NOT NULL
       THEN printf('%02X%08X%08X', min(other_n, 255), other_lat & 4294967295, other_lon & 4294967295)
       ELSE '00' END)
FROM emitter;

DROP TABLE emitter;
ALTER TABLE packed_emitter RENAME TO emitter;
