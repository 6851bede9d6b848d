CREATE TABLE IF NOT EXISTS vod_events (
  id           BINARY(16) NOT NULL PRIMARY KEY,
  uuid         CHAR(36) CHARACTER SET ascii GENERATED ALWAYS AS (LOWER(CONCAT(
                 SUBSTR(HEX(id), 1, 8), '-', SUBSTR(HEX(id), 9, 4), '-', SUBSTR(HEX(id), 13, 4), '-',
                 SUBSTR(HEX(id), 17, 4), '-', SUBSTR(HEX(id), 21)))) VIRTUAL,
  type         VARBINARY(255) NOT NULL,
  subject      VARBINARY(255) NOT NULL,
  status       VARCHAR(16) NOT NULL,
  time         DATETIME(3), -- NULL: the event has none
  received     DATETIME(3) NOT NULL,
  source       VARCHAR(32) NOT NULL,
  source_id    MEDIUMTEXT NOT NULL,
  business_key MEDIUMTEXT NOT NULL,
  body         LONGBLOB NOT NULL,
  repeats      INT UNSIGNED NOT NULL DEFAULT 0,
  KEY vod_events_by_subject (subject, time),
  KEY vod_events_by_type (type, received),
  KEY vod_events_by_received (received),
  KEY vod_events_by_business_key (business_key(191))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS vod_facts (
  medium     VARBINARY(255) NOT NULL,
  facet      VARBINARY(512) NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  time       DATETIME(3) NOT NULL, -- 1000-01-01: the event has none
  `rank`     SMALLINT NOT NULL,
  event_id   BINARY(16) NOT NULL,
  status     VARCHAR(16) NOT NULL,
  value      LONGTEXT NOT NULL,
  data       LONGTEXT NOT NULL, -- not JSON, which would change texts and numbers
  duration_s DOUBLE NOT NULL, -- what data says; 0: nothing
  PRIMARY KEY (medium, facet)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS vod_deliveries (
  event_id    BINARY(16) NOT NULL,
  sink        VARBINARY(255) NOT NULL,
  state       VARCHAR(16) NOT NULL,
  attempts    INT NOT NULL,
  tried       BOOLEAN GENERATED ALWAYS AS (attempts > 0) STORED,
  owed_since  DATETIME(3) NOT NULL,
  due         DATETIME(3) NOT NULL,
  lease_token VARBINARY(255) NOT NULL,
  lease_claim BINARY(16), -- the call that leased it last
  lease_until DATETIME(3), -- NULL: no lease
  last_error  MEDIUMTEXT NOT NULL,
  replay      VARBINARY(255) NOT NULL,
  updated     DATETIME(3) NOT NULL,
  PRIMARY KEY (event_id, sink),
  KEY vod_deliveries_by_due (state, sink, tried, due, event_id),
  KEY vod_deliveries_by_age (state, sink, owed_since, event_id),
  KEY vod_deliveries_by_claim (lease_claim),
  KEY vod_deliveries_by_updated (updated, event_id, sink)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS vod_sinks (
  name        VARBINARY(255) NOT NULL PRIMARY KEY,
  seen        DATETIME(3), -- NULL: never
  failures    INT NOT NULL,
  rests_until DATETIME(3), -- NULL: it does not rest
  last_error  MEDIUMTEXT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS vod_replays (
  id         VARBINARY(255) NOT NULL PRIMARY KEY,
  detail     MEDIUMTEXT NOT NULL,
  started    DATETIME(3) NOT NULL,
  deliveries INT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS vod_dead_letters (
  id        BINARY(16) NOT NULL PRIMARY KEY,
  uuid      CHAR(36) CHARACTER SET ascii GENERATED ALWAYS AS (LOWER(CONCAT(
              SUBSTR(HEX(id), 1, 8), '-', SUBSTR(HEX(id), 9, 4), '-', SUBSTR(HEX(id), 13, 4), '-',
              SUBSTR(HEX(id), 17, 4), '-', SUBSTR(HEX(id), 21)))) VIRTUAL,
  reason    VARCHAR(32) NOT NULL,
  detail    MEDIUMTEXT NOT NULL,
  source    VARCHAR(32) NOT NULL,
  source_id MEDIUMTEXT NOT NULL,
  received  DATETIME(3) NOT NULL,
  last_seen DATETIME(3) NOT NULL,
  attempts  INT NOT NULL,
  size      BIGINT NOT NULL,
  sha256    BINARY(32) NOT NULL,
  body      LONGBLOB NOT NULL,
  KEY vod_dead_letters_by_received (received)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The states in SQL; media.Fold has the same rules in Go. All aggregates but the
-- lengths and the last one are over the one row of a facet or over the renditions.
-- From rank 20 on a fact says that the content of its facet was deleted. Values are
-- compared by LIKE, since = takes 'Blocked ' for 'Blocked'.
CREATE OR REPLACE SQL SECURITY INVOKER VIEW vod_media AS
SELECT
  medium AS id,
  kind,
  CASE
    WHEN deleted THEN 'deleted'
    WHEN blocked THEN 'blocked'
    WHEN archived IS NOT NULL AND (restored IS NULL OR restored < archived) THEN 'archived'
    WHEN played IS NOT NULL AND (wiped IS NULL OR played > wiped) THEN 'playable'
    WHEN NOT streams AND transcoded IS NOT NULL AND (wiped IS NULL OR transcoded > wiped) THEN 'playable'
    WHEN broken >= COALESCE(sourced, TIMESTAMP'1000-01-01 00:00:00.000') THEN 'failed' -- not by a failure older than the source
    WHEN sourced IS NULL AND missed THEN 'failed'
    WHEN tried IS NOT NULL AND (wiped IS NULL OR tried > wiped) THEN 'processing'
    WHEN spoilt >= COALESCE(sourced, TIMESTAMP'1000-01-01 00:00:00.000') AND (wiped IS NULL OR spoilt > wiped) THEN 'processing'
    WHEN NOT uploaded AND awaited THEN 'processing'
    WHEN sourced IS NOT NULL THEN 'uploaded'
    ELSE 'created'
  END AS state,
  COALESCE(title, '') AS title,
  IF(source_s > 0, source_s, GREATEST(COALESCE(stream_s, 0), 0)) AS duration_s,
  IF(LENGTH(cover_set) > 0, cover_set, COALESCE(cover_chosen, '')) AS cover_url,
  updated,
  (SELECT CONCAT('{', GROUP_CONCAT(JSON_QUOTE(CONVERT(f.facet USING utf8mb4)), ':', f.data ORDER BY f.facet SEPARATOR ','), '}')
    FROM vod_facts AS f WHERE f.medium = folded.medium) AS facts
FROM (
  SELECT
    medium,
    CASE MAX(CASE kind WHEN 'attached' THEN 2 WHEN 'image' THEN 1 ELSE 0 END)
      WHEN 2 THEN 'attached' WHEN 1 THEN 'image' ELSE 'video' END AS kind,

    MAX(facet = 'life' AND `rank` >= 20) AS deleted,
    MAX(facet = 'audit' AND value LIKE 'Blocked') AS blocked,
    MAX(CASE WHEN facet = 'storage/All' AND status = 'succeeded' AND (value LIKE 'Archive' OR value LIKE 'ColdArchive')
      THEN time END) AS archived,
    MAX(CASE WHEN facet = 'restore' AND status = 'succeeded' THEN time END) AS restored,

    MAX(facet LIKE 'stream/%') AS streams,
    MAX(CASE WHEN facet LIKE 'stream/%' AND `rank` < 20 AND status <> 'failed' THEN time END) AS tried,
    MAX(CASE WHEN facet LIKE 'stream/%' AND `rank` < 20 AND status = 'failed' THEN time END) AS spoilt,
    MAX(CASE WHEN facet LIKE 'stream/%' AND `rank` < 20 AND status = 'succeeded' THEN time END) AS played,
    MAX(CASE WHEN facet = 'streams' AND `rank` >= 20 THEN time END) AS wiped,
    MAX(CASE WHEN facet = 'transcode' AND `rank` < 20 AND status = 'succeeded' THEN time END) AS transcoded,

    MAX(CASE WHEN facet IN ('transcode', 'analysis') AND status = 'failed' THEN time END) AS broken,
    MAX(facet IN ('pull', 'produce', 'live_record', 'live_compose', 'failure/FileUploadComplete',
      'failure/ImageUploadComplete', 'failure/AttachedMediaUploadComplete') AND status = 'failed') AS missed,
    MAX(facet IN ('pull', 'produce', 'live_record', 'live_compose') AND status = 'succeeded') AS awaited,
    MAX(facet = 'source') AS uploaded,
    MAX(CASE WHEN facet = 'source' AND `rank` < 20 THEN time END) AS sourced,

    MAX(CASE WHEN facet = 'base/Title' THEN value END) AS title,
    MAX(CASE WHEN facet = 'base/CoverURL' THEN value END) AS cover_set,
    MAX(CASE WHEN facet = 'cover' THEN value END) AS cover_chosen,
    MAX(CASE WHEN facet = 'analysis' THEN duration_s END) AS source_s,
    MAX(CASE WHEN facet LIKE 'stream/%' AND `rank` < 20 AND status = 'succeeded'
        AND NOT EXISTS (SELECT 1 FROM vod_facts AS wipe WHERE wipe.medium = vod_facts.medium
          AND wipe.facet = 'streams' AND wipe.`rank` >= 20 AND wipe.time >= vod_facts.time)
      THEN duration_s END) AS stream_s,

    MAX(time) AS updated
  FROM vod_facts
  GROUP BY medium
) AS folded;
