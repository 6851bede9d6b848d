package mysql_test

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/mysql"
	"github.com/vodevents/vodevents/shared/store/storetest"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Harness{
		URL:    func(t *testing.T) string { t.Helper(); return services.MySQL(t) },
		Absent: "mysql://vod:vod@127.0.0.1:1/vod",
		Poison: func(id vod.ID) store.Record {
			r := event(id)
			r.Facts[0].Facet = "stream/" + strings.Repeat("x", 512)
			return r
		},
		Server: func(t *testing.T) (string, func()) {
			t.Helper()
			server := services.Own(t, "mysql")
			return server.URL, func() {
				server.Kill()
				server.Start()
			}
		},
		Forget: func(t *testing.T, url string, event vod.ID) {
			t.Helper()
			_, err := raw(t, url).ExecContext(t.Context(), "DELETE FROM vod_events WHERE id = ?", event[:])
			require.NoError(t, err)
		},
		SecretURLs: secretURLs(services.MySQL(t)),
	})
}

// secretURLs are URLs of the server, one mistake in each.
func secretURLs(rawURL string) []string {
	const secret = storetest.Secret
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil
	}
	user, server := u.User.String(), "@"+u.Host
	return []string{
		"mysql://vod:" + secret + server + u.Path,
		"mysql://" + secret + server + u.Path,
		"mysql://" + secret + ":" + secret + server + u.Path,
		"mysql://" + user + server + "/" + secret,
		"mysql://" + user + server + u.Path + "/" + secret,
		"mysql://" + user + server + u.Path + "#" + secret,
		"mysql://" + user + server + u.Path + "?password=" + secret,
		"mysql://" + user + server + u.Path + "?" + secret + "=%zz",
		"mysql://" + user + server + u.Path + "?tls=" + secret,
		"mysql://" + user + server + u.Path + "?tls_ca=" + secret,
		"mysql://" + user + server + u.Path + "?max_conns=" + secret,
		"mysql://" + secret + ".invalid/vod",
		"mysql://vod:vod@" + secret + ".invalid/vod",
		"mysql:vod:" + secret + server + u.Path,
		"mysql://vod:" + secret + "@%zz",
		"mysql://vod:" + secret + "#" + server + u.Path,
		"mysql://vod:vod@127.0.0.1:" + secret + "/vod",
		"mysql://vod:vod@tcp(" + secret + ":3306)/vod",
	}
}

// open opens the store at rawURL.
func open(t testing.TB, rawURL string) *mysql.Store {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	s, err := mysql.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// fresh opens a new database and makes its tables. It returns its URL too.
func fresh(t testing.TB) (*mysql.Store, string) {
	t.Helper()
	rawURL := services.MySQL(t)
	s := open(t, rawURL)
	require.NoError(t, s.Migrate(t.Context()))
	return s, rawURL
}

// raw returns connections to the database of a store, past it but set up alike.
func raw(t testing.TB, rawURL string) *sql.DB {
	t.Helper()
	return open(t, rawURL).Conns()
}

// event is an event with the given id, a fact, and one delivery that it owes.
func event(id vod.ID) store.Record {
	medium, now := id.String(), time.Now().UTC().Truncate(time.Millisecond)
	return store.Record{
		ID: id, Source: store.SourceHTTP, Received: now, Body: []byte(`{}`),
		Type: "FileUploadComplete", Subject: medium, Time: now, Deliveries: []string{"crm"},
		Facts: []media.Fact{{
			Medium: medium, Kind: media.Video, Facet: "source", Time: now, Event: id, Data: []byte(`{}`),
		}},
	}
}

func commit(t testing.TB, s *mysql.Store, records ...store.Record) []store.State {
	t.Helper()
	outcomes, err := s.Commit(t.Context(), records)
	require.NoError(t, err)
	var states []store.State
	for _, o := range outcomes {
		states = append(states, o.State)
	}
	return states
}
