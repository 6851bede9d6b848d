package mysql

import (
	"context"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

var _ store.Clock = (*Store)(nil)

// Now implements [store.Clock].
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	return sqlstore.Now(ctx, reading{s}, "SELECT UTC_TIMESTAMP(3)")
}
