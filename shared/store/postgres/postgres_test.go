package postgres_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/postgres"
	"github.com/vodevents/vodevents/shared/store/storetest"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := services.Postgres(t)
	storetest.Run(t, harness(func(t *testing.T) string {
		t.Helper()
		return newSchema(t, server)
	}))
}

// As behind a proxy that keeps no state of a session.
func TestConformanceWithoutPreparedStatements(t *testing.T) {
	t.Parallel()
	server := services.Postgres(t)
	h := harness(func(t *testing.T) string {
		t.Helper()
		return with(t, newSchema(t, server), "default_query_exec_mode", "cache_describe", "max_conns", "3")
	})
	h.Server = nil // what a restart does to connections is the same
	storetest.Run(t, h)
}

// newSchemaOfServer is [newSchema] in a database of its own.
func newSchemaOfServer(t *testing.T) string {
	t.Helper()
	return newSchema(t, services.Postgres(t))
}

// newSchema makes a user with a schema in the database with the given URL, and
// returns the URL with that user: it takes a tenth of the time of a new database.
func newSchema(t *testing.T, server string) string {
	t.Helper()
	name := "vod_" + strings.ToLower(rand.Text())
	admin(t, server, "CREATE USER "+name+" PASSWORD '"+name+"'; CREATE SCHEMA "+name+" AUTHORIZATION "+name)
	t.Cleanup(func() { admin(t, server, "DROP OWNED BY "+name+" CASCADE; DROP USER "+name) })
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.User = url.UserPassword(name, name)
	return u.String()
}

// admin executes statements past the store.
func admin(t testing.TB, server string, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, server)
	require.NoError(t, err)
	defer conn.Close(ctx)
	for _, statement := range statements {
		_, err = conn.Exec(ctx, statement)
		require.NoError(t, err)
	}
}

func harness(newURL func(*testing.T) string) storetest.Harness {
	return storetest.Harness{
		URL:    newURL,
		Absent: "postgres://vod:password@127.0.0.1:1/vod",
		Poison: func(id vod.ID) store.Record {
			r := event(id)
			r.Facts[0].Medium = ""
			return r
		},
		Server: func(t *testing.T) (string, func()) {
			t.Helper()
			server := services.Own(t, "postgres")
			return server.URL, func() {
				server.Kill()
				server.Start()
			}
		},
		Forget: func(t *testing.T, raw string, event vod.ID) {
			t.Helper()
			u, err := url.Parse(raw)
			require.NoError(t, err)
			u.RawQuery = "" // the parameters are ours
			admin(t, u.String(), "DELETE FROM vod_events WHERE id = '"+event.String()+"'")
		},
		SecretURLs: []string{
			"postgres://vod:" + storetest.Secret + "@127.0.0.1:1/vod",
			"postgres://" + storetest.Secret + "@127.0.0.1:1/vod",
			"postgres://vod:password@127.0.0.1:1/" + storetest.Secret,
			"postgres://vod:password@" + storetest.Secret + ".invalid/vod",
			"postgres://vod:" + storetest.Secret + "@/vod",
			"postgres://:" + storetest.Secret + "@127.0.0.1:1/vod",
			"postgres://vod:" + storetest.Secret + "@127.0.0.1:1/",
			"postgres://vod:" + storetest.Secret + "@127.0.0.1:1/vod/",
			"postgres://vod:" + storetest.Secret + "@127.0.0.1:99999/vod",
			"postgres://vod:" + storetest.Secret + "@127.0.0.1:port/vod",
			"postgres://vod:pass#" + storetest.Secret + "@127.0.0.1:1/vod",
			"postgres://vod:password@127.0.0.1:1/vod#" + storetest.Secret,
			"postgres://vod:password@127.0.0.1:1/vod?password=" + storetest.Secret,
			"postgres://vod:password@127.0.0.1:1/vod?sslmode=" + storetest.Secret,
			"postgres://vod:password@127.0.0.1:1/vod?sslrootcert=/" + storetest.Secret,
			"postgres://vod:password@127.0.0.1:1/vod?max_conns=" + storetest.Secret,
			"postgres://vod:password@127.0.0.1:1/vod?" + storetest.Secret + "=%zz",
			"postgres://vod:" + storetest.Secret + "%zz@127.0.0.1:1/vod",
			"postgres:" + storetest.Secret,
			"postgresql://vod:" + storetest.Secret + "@127.0.0.1:1/vod?sslmode=verify-full",
		},
	}
}

// with returns the URL with further parameters.
func with(t testing.TB, raw string, parameters ...string) string {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	q := u.Query()
	for i := 0; i < len(parameters); i += 2 {
		q.Set(parameters[i], parameters[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// open opens the database with the given URL.
func open(t testing.TB, raw string) *postgres.Store {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	s, err := postgres.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// fresh opens a new database, with tables, and returns its URL too.
func fresh(t testing.TB) (*postgres.Store, string) {
	t.Helper()
	raw := services.Postgres(t)
	s := open(t, raw)
	require.NoError(t, s.Migrate(t.Context()))
	return s, raw
}

// event is an upload, with its fact.
func event(id vod.ID) store.Record {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	medium := id.String()
	return store.Record{
		ID: id, Source: store.SourceHTTP, Received: at, Body: []byte(`{"EventType":"FileUploadComplete"}`),
		Type: "FileUploadComplete", Subject: medium, Status: vod.Succeeded, Time: at,
		Facts: []media.Fact{{
			Medium: medium, Kind: media.Video, Facet: "source", Time: at, Event: id, Status: vod.Succeeded, Data: []byte(`{}`),
		}},
	}
}

// commit commits records and requires that they are new.
func commit(t testing.TB, s *postgres.Store, records ...store.Record) {
	t.Helper()
	outcomes, err := s.Commit(t.Context(), records)
	require.NoError(t, err)
	for _, o := range outcomes {
		require.Equal(t, store.Outcome{State: store.New}, o)
	}
}
