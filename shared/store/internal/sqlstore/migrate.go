package sqlstore

import (
	"fmt"

	"github.com/vodevents/vodevents/shared/store"
)

// Steps are what makes the present tables, one after the other. The number of a
// step, from 1, is the version that it makes: the table vod_schema has a row for
// each that was taken. Steps only add, and one that was released is never changed.
type Steps []string

// Require returns [store.ErrNotMigrated] if tables of that version are older than
// those that the steps make; version 0 means that there are none.
func (s Steps) Require(version int) error {
	if version < len(s) {
		return store.ErrNotMigrated
	}
	return nil
}

// Take calls take for the steps that tables of that version still need, in order.
// Tables that are newer than the steps are an error.
func (s Steps) Take(version int, take func(version int, step string) error) error {
	if version > len(s) {
		return fmt.Errorf("the tables are of version %d, this program knows them up to %d: use a newer one", version, len(s))
	}
	for ; version < len(s); version++ {
		if err := take(version+1, s[version]); err != nil {
			return fmt.Errorf("to version %d: %w", version+1, err)
		}
	}
	return nil
}
