-- COLLATE "C" compares bytes. A time of infinity stands for one that does not fit.

CREATE TABLE vod_events (
  id           uuid NOT NULL PRIMARY KEY,
  uuid         uuid GENERATED ALWAYS AS (id) STORED, -- by the name it has in all databases
  type         text COLLATE "C" NOT NULL CHECK (type <> ''),
  subject      text COLLATE "C" NOT NULL,
  status       text COLLATE "C" NOT NULL,
  time         timestamptz CHECK (time < '10000-01-01 00:00:00+00'), -- NULL: the event has none
  received     timestamptz NOT NULL CHECK (received < '10000-01-01 00:00:00+00'),
  source       text COLLATE "C" NOT NULL,
  source_id    text COLLATE "C" NOT NULL,
  business_key text COLLATE "C" NOT NULL,
  body         bytea NOT NULL
);

CREATE INDEX vod_events_by_subject ON vod_events (subject, time);
CREATE INDEX vod_events_by_type ON vod_events (type, received, id);
CREATE INDEX vod_events_by_received ON vod_events (received, id);
CREATE INDEX vod_events_by_business_key ON vod_events USING hash (business_key); -- of any length

CREATE TABLE vod_facts (
  medium     text COLLATE "C" NOT NULL CHECK (medium <> ''),
  kind       text COLLATE "C" NOT NULL,
  facet      text COLLATE "C" NOT NULL CHECK (facet <> ''),
  time       timestamptz NOT NULL CHECK (time < '10000-01-01 00:00:00+00'), -- -infinity: the event has none
  rank       integer NOT NULL,
  event_id   uuid NOT NULL,
  status     text COLLATE "C" NOT NULL,
  value      text COLLATE "C" NOT NULL,
  data       json NOT NULL,
  duration_s double precision NOT NULL, -- that data says; 0: nothing
  PRIMARY KEY (medium, facet)
);

CREATE TABLE vod_deliveries (
  event_id    uuid NOT NULL,
  sink        text COLLATE "C" NOT NULL CHECK (sink <> ''),
  state       text COLLATE "C" NOT NULL,
  attempts    integer NOT NULL,
  owed_since  timestamptz NOT NULL,
  due         timestamptz NOT NULL,
  lease_token text COLLATE "C" NOT NULL DEFAULT '',
  lease_until timestamptz, -- NULL: no lease
  last_error  text COLLATE "C" NOT NULL DEFAULT '',
  replay      text COLLATE "C" NOT NULL DEFAULT '',
  updated     timestamptz NOT NULL,
  PRIMARY KEY (event_id, sink)
);

CREATE INDEX vod_deliveries_by_updated ON vod_deliveries (updated);
CREATE INDEX vod_deliveries_owed ON vod_deliveries (sink, (attempts > 0), due, event_id) WHERE state = 'owed'; -- as claimed
CREATE INDEX vod_deliveries_owed_since ON vod_deliveries (sink, owed_since) WHERE state = 'owed';

CREATE TABLE vod_sinks (
  name        text COLLATE "C" NOT NULL PRIMARY KEY CHECK (name <> ''),
  seen        timestamptz, -- NULL: never
  failures    integer NOT NULL DEFAULT 0,
  rests_until timestamptz, -- NULL: it does not rest
  last_error  text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE vod_replays (
  id         text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
  detail     text COLLATE "C" NOT NULL,
  started    timestamptz NOT NULL,
  deliveries integer NOT NULL
);

CREATE TABLE vod_dead_letters (
  id        uuid NOT NULL PRIMARY KEY,
  uuid      uuid GENERATED ALWAYS AS (id) STORED,
  reason    text COLLATE "C" NOT NULL,
  detail    text COLLATE "C" NOT NULL,
  source    text COLLATE "C" NOT NULL,
  source_id text COLLATE "C" NOT NULL,
  received  timestamptz NOT NULL CHECK (received < '10000-01-01 00:00:00+00'),
  last_seen timestamptz NOT NULL,
  attempts  integer NOT NULL,
  size      bigint NOT NULL,
  sha256    bytea NOT NULL CHECK (length(sha256) = 32),
  body      bytea NOT NULL
);

CREATE INDEX vod_dead_letters_by_received ON vod_dead_letters (received, id);

-- The states in SQL; media.Fold has the same rules in Go. All aggregates but the
-- last two are over the one row of a facet or over the renditions. From rank 20 on a
-- fact says that the content of its facet was deleted.
CREATE VIEW vod_media (id, kind, state, title, duration_s, cover_url, updated, facts) AS
SELECT
  medium,
  CASE kinds WHEN 2 THEN 'attached' WHEN 1 THEN 'image' ELSE 'video' END,
  CASE
    WHEN deleted THEN 'deleted'
    WHEN blocked THEN 'blocked'
    WHEN archived IS NOT NULL AND (restored IS NULL OR restored < archived) THEN 'archived'
    WHEN played IS NOT NULL AND (wiped IS NULL OR played > wiped) THEN 'playable'
    WHEN NOT streams AND transcoded IS NOT NULL AND (wiped IS NULL OR transcoded > wiped) THEN 'playable'
    WHEN broken >= coalesce(sourced, '-infinity') THEN 'failed' -- not by a failure older than the source
    WHEN sourced IS NULL AND missed THEN 'failed'
    WHEN tried IS NOT NULL AND (wiped IS NULL OR tried > wiped) THEN 'processing'
    WHEN spoilt >= coalesce(sourced, '-infinity') AND (wiped IS NULL OR spoilt > wiped) THEN 'processing'
    WHEN NOT uploaded AND awaited THEN 'processing'
    WHEN sourced IS NOT NULL THEN 'uploaded'
    ELSE 'created'
  END,
  coalesce(title, ''),
  CASE WHEN source_s > 0 THEN source_s ELSE greatest(coalesce(stream_s, 0), 0) END,
  coalesce(nullif(cover_set, ''), cover_chosen, ''),
  updated,
  facts
FROM (
  SELECT
    medium,
    max(CASE kind WHEN 'attached' THEN 2 WHEN 'image' THEN 1 ELSE 0 END) AS kinds,

    bool_or(facet = 'life' AND rank >= 20) AS deleted,
    bool_or(facet = 'audit' AND value = 'Blocked') AS blocked,
    max(time) FILTER (WHERE facet = 'storage/All' AND status = 'succeeded' AND value IN ('Archive', 'ColdArchive')) AS archived,
    max(time) FILTER (WHERE facet = 'restore' AND status = 'succeeded') AS restored,

    bool_or(facet LIKE 'stream/%') AS streams,
    max(time) FILTER (WHERE facet LIKE 'stream/%' AND rank < 20 AND status <> 'failed') AS tried,
    max(time) FILTER (WHERE facet LIKE 'stream/%' AND rank < 20 AND status = 'failed') AS spoilt,
    max(time) FILTER (WHERE facet LIKE 'stream/%' AND rank < 20 AND status = 'succeeded') AS played,
    max(time) FILTER (WHERE facet = 'streams' AND rank >= 20) AS wiped,
    max(time) FILTER (WHERE facet = 'transcode' AND rank < 20 AND status = 'succeeded') AS transcoded,

    max(time) FILTER (WHERE facet IN ('transcode', 'analysis') AND status = 'failed') AS broken,
    bool_or(facet IN ('pull', 'produce', 'live_record', 'live_compose', 'failure/FileUploadComplete',
      'failure/ImageUploadComplete', 'failure/AttachedMediaUploadComplete') AND status = 'failed') AS missed,
    bool_or(facet IN ('pull', 'produce', 'live_record', 'live_compose') AND status = 'succeeded') AS awaited,
    bool_or(facet = 'source') AS uploaded,
    max(time) FILTER (WHERE facet = 'source' AND rank < 20) AS sourced,

    max(value) FILTER (WHERE facet = 'base/Title') AS title,
    max(value) FILTER (WHERE facet = 'base/CoverURL') AS cover_set,
    max(value) FILTER (WHERE facet = 'cover') AS cover_chosen,
    max(duration_s) FILTER (WHERE facet = 'analysis') AS source_s,
    max(duration_s) FILTER (WHERE facet LIKE 'stream/%' AND rank < 20 AND status = 'succeeded'
      AND NOT EXISTS (SELECT 1 FROM vod_facts AS wipe WHERE wipe.medium = fact.medium
        AND wipe.facet = 'streams' AND wipe.rank >= 20 AND wipe.time >= fact.time)) AS stream_s,

    max(time) AS updated,
    json_object_agg(facet, data) AS facts
  FROM vod_facts AS fact
  GROUP BY medium
) AS folded;
