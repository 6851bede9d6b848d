package sqlstore

import (
	"fmt"

	"github.com/vodevents/vodevents/shared/vod"
)

// ID scans an id that a column holds as its 16 bytes.
type ID vod.ID

// Scan implements [sql.Scanner].
func (id *ID) Scan(value any) error {
	b, ok := value.([]byte)
	if !ok || len(b) != len(id) {
		return fmt.Errorf("an id has %d bytes", len(id))
	}
	copy(id[:], b)
	return nil
}
