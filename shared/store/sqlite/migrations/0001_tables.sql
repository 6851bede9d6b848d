CREATE TABLE vod_events (
  id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  uuid         TEXT GENERATED ALWAYS AS (lower(
                 substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-' ||
                 substr(hex(id), 17, 4) || '-' || substr(hex(id), 21))) VIRTUAL,
  type         TEXT NOT NULL CHECK (type <> ''),
  subject      TEXT NOT NULL,
  status       TEXT NOT NULL,
  time         TEXT CHECK (length(time) = 24), -- NULL: the event has none
  received     TEXT NOT NULL CHECK (length(received) = 24),
  source       TEXT NOT NULL,
  source_id    TEXT NOT NULL,
  business_key TEXT NOT NULL,
  body         BLOB NOT NULL
) STRICT;

CREATE INDEX vod_events_by_subject ON vod_events (subject, time);
CREATE INDEX vod_events_by_type ON vod_events (type, received);
CREATE INDEX vod_events_by_received ON vod_events (received);
CREATE INDEX vod_events_by_business_key ON vod_events (business_key);

CREATE TABLE vod_facts (
  medium   TEXT NOT NULL CHECK (medium <> '' AND instr(medium, char(0)) = 0),
  kind     TEXT NOT NULL,
  facet    TEXT NOT NULL CHECK (facet <> '' AND instr(facet, char(0)) = 0),
  time     TEXT NOT NULL CHECK (time = '' OR length(time) = 24), -- '': the event has none
  rank     INTEGER NOT NULL,
  event_id BLOB NOT NULL CHECK (length(event_id) = 16),
  status   TEXT NOT NULL,
  value    TEXT NOT NULL,
  data     TEXT NOT NULL CHECK (json_valid(data)),
  PRIMARY KEY (medium, facet)
) STRICT;

CREATE TABLE vod_deliveries (
  event_id    BLOB NOT NULL CHECK (length(event_id) = 16),
  sink        TEXT NOT NULL CHECK (sink <> ''),
  state       TEXT NOT NULL,
  attempts    INTEGER NOT NULL,
  due         TEXT NOT NULL CHECK (length(due) = 24),
  lease_token TEXT NOT NULL,
  lease_until TEXT CHECK (length(lease_until) = 24), -- NULL: no lease
  last_error  TEXT NOT NULL,
  updated     TEXT NOT NULL CHECK (length(updated) = 24),
  PRIMARY KEY (event_id, sink)
) STRICT, WITHOUT ROWID;

CREATE INDEX vod_deliveries_by_updated ON vod_deliveries (updated);

CREATE TABLE vod_dead_letters (
  id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  uuid      TEXT GENERATED ALWAYS AS (lower(
              substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-' ||
              substr(hex(id), 17, 4) || '-' || substr(hex(id), 21))) VIRTUAL,
  reason    TEXT NOT NULL,
  detail    TEXT NOT NULL,
  source    TEXT NOT NULL,
  source_id TEXT NOT NULL,
  received  TEXT NOT NULL CHECK (length(received) = 24),
  last_seen TEXT NOT NULL CHECK (length(last_seen) = 24),
  attempts  INTEGER NOT NULL,
  size      INTEGER NOT NULL,
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  body      BLOB NOT NULL
) STRICT;

CREATE INDEX vod_dead_letters_by_received ON vod_dead_letters (received);

-- The states in SQL; media.Fold has the same rules in Go. All aggregates but the
-- last two are over the one row of a facet or over the renditions. From rank 20 on a
-- fact says that the content of its facet was deleted.
CREATE VIEW vod_media (id, kind, state, title, duration_s, cover_url, updated, facts) AS
SELECT
  medium,
  kind,
  CASE
    WHEN deleted THEN 'deleted'
    WHEN blocked THEN 'blocked'
    WHEN archived IS NOT NULL AND (restored IS NULL OR restored < archived) THEN 'archived'
    WHEN played IS NOT NULL AND (wiped IS NULL OR played > wiped) THEN 'playable'
    WHEN NOT streams AND transcoded IS NOT NULL AND (wiped IS NULL OR transcoded > wiped) THEN 'playable'
    WHEN broken >= coalesce(sourced, '') THEN 'failed' -- not by a failure older than the source
    WHEN sourced IS NULL AND missed THEN 'failed'
    WHEN tried IS NOT NULL AND (wiped IS NULL OR tried > wiped) THEN 'processing'
    WHEN spoilt >= coalesce(sourced, '') AND (wiped IS NULL OR spoilt > wiped) THEN 'processing'
    WHEN NOT uploaded AND awaited THEN 'processing'
    WHEN sourced IS NOT NULL THEN 'uploaded'
    ELSE 'created'
  END,
  coalesce(title, ''),
  CAST(CASE WHEN source_s > 0 THEN source_s ELSE max(coalesce(stream_s, 0), 0) END AS REAL),
  coalesce(nullif(cover_set, ''), cover_chosen, ''),
  updated,
  facts
FROM (
  SELECT
    medium,
    CASE max(CASE kind WHEN 'attached' THEN 2 WHEN 'image' THEN 1 ELSE 0 END)
      WHEN 2 THEN 'attached' WHEN 1 THEN 'image' ELSE 'video' END AS kind,

    max(facet = 'life' AND rank >= 20) AS deleted,
    max(facet = 'audit' AND value = 'Blocked') AS blocked,
    max(CASE WHEN facet = 'storage/All' AND status = 'succeeded' AND value IN ('Archive', 'ColdArchive')
      THEN time END) AS archived,
    max(CASE WHEN facet = 'restore' AND status = 'succeeded' THEN time END) AS restored,

    max(facet GLOB 'stream/*') AS streams,
    max(CASE WHEN facet GLOB 'stream/*' AND rank < 20 AND status <> 'failed' THEN time END) AS tried,
    max(CASE WHEN facet GLOB 'stream/*' AND rank < 20 AND status = 'failed' THEN time END) AS spoilt,
    max(CASE WHEN facet GLOB 'stream/*' AND rank < 20 AND status = 'succeeded' THEN time END) AS played,
    max(CASE WHEN facet = 'streams' AND rank >= 20 THEN time END) AS wiped,
    max(CASE WHEN facet = 'transcode' AND rank < 20 AND status = 'succeeded' THEN time END) AS transcoded,

    max(CASE WHEN facet IN ('transcode', 'analysis') AND status = 'failed' THEN time END) AS broken,
    max(facet IN ('pull', 'produce', 'live_record', 'live_compose', 'failure/FileUploadComplete',
      'failure/ImageUploadComplete', 'failure/AttachedMediaUploadComplete') AND status = 'failed') AS missed,
    max(facet IN ('pull', 'produce', 'live_record', 'live_compose') AND status = 'succeeded') AS awaited,
    max(facet = 'source') AS uploaded,
    max(CASE WHEN facet = 'source' AND rank < 20 THEN time END) AS sourced,

    max(CASE WHEN facet = 'base/Title' THEN value END) AS title,
    max(CASE WHEN facet = 'base/CoverURL' THEN value END) AS cover_set,
    max(CASE WHEN facet = 'cover' THEN value END) AS cover_chosen,
    max(CASE WHEN facet = 'analysis' AND json_type(data, '$.Duration') IN ('integer', 'real')
      THEN data ->> '$.Duration' END) AS source_s,
    max(CASE WHEN facet GLOB 'stream/*' AND rank < 20 AND status = 'succeeded'
        AND json_type(data, '$.Duration') IN ('integer', 'real')
        AND NOT EXISTS (SELECT 1 FROM vod_facts AS wipe WHERE wipe.medium = vod_facts.medium
          AND wipe.facet = 'streams' AND wipe.rank >= 20 AND wipe.time >= vod_facts.time)
      THEN data ->> '$.Duration' END) AS stream_s,

    max(time) AS updated,
    json_group_object(facet, json(data)) AS facts
  FROM vod_facts
  GROUP BY medium
);
