package postgres

import (
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/vodevents/vodevents/shared/vod"
)

// instant is a time as PostgreSQL has it. What is outside of the years 1 to 9999
// becomes infinity, which the tables refuse.
func instant(t time.Time) pgtype.Timestamptz {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: t, Valid: true}
}

// instantOrNull is NULL for the zero time.
func instantOrNull(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{}
	}
	return instant(t)
}

// instantOrFirst is -infinity for the zero time: unlike NULL it can be compared,
// and is before all others.
func instantOrFirst(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{InfinityModifier: pgtype.NegativeInfinity, Valid: true}
	}
	return instant(t)
}

// timeColumn scans what the functions above return.
type timeColumn time.Time

// ScanTimestamptz implements [pgtype.TimestamptzScanner].
func (c *timeColumn) ScanTimestamptz(v pgtype.Timestamptz) error {
	*c = timeColumn{}
	if v.Valid && v.InfinityModifier == pgtype.Finite {
		*c = timeColumn(v.Time.UTC())
	}
	return nil
}

func uuid(id vod.ID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

func uuids(ids []vod.ID) []pgtype.UUID {
	all := make([]pgtype.UUID, len(ids))
	for i, id := range ids {
		all[i] = uuid(id)
	}
	return all
}

// idColumn scans an id.
type idColumn vod.ID

// ScanUUID implements [pgtype.UUIDScanner].
func (c *idColumn) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		return errors.New("an id is NULL")
	}
	*c = v.Bytes
	return nil
}

// blob is never NULL, unlike a nil slice.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// words are a text for people as PostgreSQL can hold it.
func words(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
