package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/vodevents/vodevents/shared/store/storetest"
)

// A commit costs one sync, whatever is in it.
func BenchmarkCommit(b *testing.B) {
	storetest.BenchmarkCommit(b, "sqlite:"+filepath.Join(b.TempDir(), "vod.db"))
}
