package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/store/storetest"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Harness{
		URL:    newURL,
		Absent: "sqlite:" + filepath.Join(t.TempDir(), "nowhere", "vod.db"),
		Poison: func(id vod.ID) store.Record {
			r := event(id)
			r.Facts[0].Medium = ""
			return r
		},
		SecretURLs: []string{
			"sqlite://vod:" + storetest.Secret + "@/vod.db",
			"sqlite://" + storetest.Secret + "/vod.db",
			"sqlite:vod.db#" + storetest.Secret,
			"sqlite:vod.db?password=" + storetest.Secret,
			"sqlite:vod.db?local=" + storetest.Secret,
			"sqlite:vod.db?" + storetest.Secret + "=%zz",
			"sqlite:vod%zz" + storetest.Secret,
			"sqlite://vod:" + storetest.Secret + "@%zz",
		},
	})
}

// newURL returns the URL of a new database in a directory of its own.
func newURL(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "vod.db")
}

// raw opens the file behind url past the store.
func raw(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", url[len("sqlite:"):])
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}
