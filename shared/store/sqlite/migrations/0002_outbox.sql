ALTER TABLE vod_deliveries ADD COLUMN owed_since TEXT NOT NULL DEFAULT '';
ALTER TABLE vod_deliveries ADD COLUMN replay TEXT NOT NULL DEFAULT '';
UPDATE vod_deliveries SET owed_since = updated;

CREATE INDEX vod_deliveries_due ON vod_deliveries (sink, (attempts > 0), due) WHERE state = 'owed';
CREATE INDEX vod_deliveries_owed ON vod_deliveries (sink, owed_since) WHERE state = 'owed';

CREATE TABLE vod_sinks (
  name        TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
  seen        TEXT CHECK (length(seen) = 24), -- NULL: never
  failures    INTEGER NOT NULL DEFAULT 0,
  rests_until TEXT CHECK (length(rests_until) = 24), -- NULL: it does not rest
  last_error  TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE vod_replays (
  id         TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
  detail     TEXT NOT NULL,
  started    TEXT NOT NULL CHECK (length(started) = 24),
  deliveries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
