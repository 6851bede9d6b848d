package mysql_test

import (
	"testing"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/store/storetest"
)

// A commit costs one round trip and one sync, whatever is in it.
func BenchmarkCommit(b *testing.B) { storetest.BenchmarkCommit(b, services.MySQL(b)) }
