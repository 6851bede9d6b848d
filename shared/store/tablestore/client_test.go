package tablestore_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
	"github.com/golang/protobuf/proto"
	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/tablestore"
)

// with returns a context with temporary credentials.
func with(ctx context.Context, c emulator.Credentials) context.Context {
	return alicloud.With(ctx, alicloud.Credentials{
		AccessKeyID: c.AccessKeyID, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken,
	})
}

// Each call signs with the credentials of its own invocation; the URL has none.
func TestCredentialsOfTheInvocation(t *testing.T) {
	t.Parallel()
	server := start(t)
	open(t, server)
	s := openURL(t, "tablestore://"+strings.TrimPrefix(server.Endpoint, "http://")+"/"+server.Instance)

	_, err := s.Commit(t.Context(), []store.Record{event(1)})
	require.ErrorIs(t, err, alicloud.ErrNone)

	first, second := server.Issue(time.Hour), server.Issue(time.Hour)
	outcomes, err := s.Commit(with(t.Context(), first), []store.Record{event(1)})
	require.NoError(t, err)
	require.Equal(t, store.New, outcomes[0].State)

	server.Revoke(first.AccessKeyID)
	_, err = s.Commit(with(t.Context(), first), []store.Record{event(2)})
	require.ErrorContains(t, err, "OTSAuthFailed")
	require.ErrorContains(t, err, server.Instance)
	for _, secret := range []string{first.AccessKeyID, first.AccessKeySecret, first.SecurityToken} {
		require.NotContains(t, err.Error(), secret)
	}

	outcomes, err = s.Commit(with(t.Context(), second), []store.Record{event(1), event(2)})
	require.NoError(t, err, "the next invocation has others")
	require.Equal(t, []store.State{store.Known, store.New}, statesOf(outcomes))
}

// The error says what the role has to be allowed.
func TestPermission(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server)
	for _, tc := range []struct {
		operation emulator.Operation
		call      func() error
	}{
		{emulator.BatchWriteRow, func() error { return s.Seen(t.Context(), "crm") }},
		{emulator.BatchGetRow, func() error { _, err := s.Facts(t.Context(), "v1"); return err }},
		{emulator.GetRange, func() error { _, err := s.Settle(t.Context()); return err }},
		{emulator.CreateTable, func() error { return s.Migrate(t.Context()) }},
	} {
		server.Before(func(op emulator.Operation, _ int) emulator.Fault {
			if op == tc.operation {
				return emulator.Fault{Code: "OTSNoPermissionAccess"}
			}
			return emulator.Fault{}
		})
		err := tc.call()
		require.ErrorContains(t, err, "lacks ots:"+string(tc.operation)+" on instance "+server.Instance)
		require.NotContains(t, err.Error(), server.AccessKeyID)
		require.Contains(t, tablestore.Actions(), "ots:"+string(tc.operation))
	}
}

// Nothing outlasts the context, though the SDK knows none.
func TestDeadline(t *testing.T) {
	t.Parallel()
	const soon = 200 * time.Millisecond
	for _, tc := range []struct {
		name string
		call func(context.Context, *tablestore.Store) error
	}{
		{"commit", func(ctx context.Context, s *tablestore.Store) error {
			_, err := s.Commit(ctx, []store.Record{event(1)})
			return err
		}},
		{"events", func(ctx context.Context, s *tablestore.Store) error {
			_, err := s.Events(ctx, store.EventQuery{})
			return err
		}},
		{"claim", func(ctx context.Context, s *tablestore.Store) error {
			_, err := s.Claim(ctx, store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm"}, Limit: 1})
			return err
		}},
		{"migrate", func(ctx context.Context, s *tablestore.Store) error { return s.Migrate(ctx) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			s := open(t, server)
			server.Before(func(emulator.Operation, int) emulator.Fault { return emulator.Fault{Hang: true} })
			ctx, cancel := context.WithTimeout(t.Context(), soon)
			defer cancel()
			begun := time.Now()
			err := tc.call(ctx, s)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Less(t, time.Since(begun), soon+5*time.Second, "long before the SDK's 30 s")
		})
	}
}

// A commit that is cut off behind the event answers New, and in time.
func TestDeadlineBehindTheCommitPoint(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server)
	server.Before(func(op emulator.Operation, _ int) emulator.Fault {
		return emulator.Fault{Hang: op == emulator.BatchGetRow}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	outcomes, err := s.Commit(ctx, []store.Record{event(1)})
	require.NoError(t, err)
	require.Equal(t, store.New, outcomes[0].State)
	server.Before(nil)
	n, err := s.Settle(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	facts, err := s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	require.Equal(t, event(1).Facts, facts)
}

// A connection that has died in silence costs half of the time, not all.
func TestSilence(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server)
	server.Inject(emulator.BatchWriteRow, 1, emulator.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	outcomes, err := s.Commit(ctx, []store.Record{event(1)})
	require.NoError(t, err)
	require.Equal(t, store.New, outcomes[0].State)
}

// What answers is not always Tablestore.
func TestStrangeReplies(t *testing.T) {
	t.Parallel()
	missing, err := proto.Marshal(&otsprotocol.BatchGetRowResponse{Tables: []*otsprotocol.TableInBatchGetRowResponse{
		{TableName: new("vod_media"), Rows: []*otsprotocol.RowInBatchGetRowResponse{{IsOk: new(true)}}},
	}})
	require.NoError(t, err)
	for _, tc := range []struct {
		name   string
		status int
		body   string
		again  bool   // the request is made again for as long as there is time
		want   string // a part of the error
	}{
		{name: "empty", status: http.StatusOK, again: true, want: "empty"},
		{name: "page", status: http.StatusOK, body: "<html>welcome</html>", again: true, want: "BatchGetRow"},
		{name: "without what the SDK relies on", status: http.StatusOK, body: string(missing), want: "panicked"},
		{name: "redirect", status: http.StatusTemporaryRedirect, body: "elsewhere", want: "redirect"},
		{name: "not found", status: http.StatusNotFound, body: "<html>404</html>", want: "404"},
		{name: "bad gateway", status: http.StatusBadGateway, body: "<html>502</html>", again: true, want: "OTSServerUnavailable"},
		{name: "too large", status: http.StatusOK, body: strings.Repeat("x", 17<<20), want: "too large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body)) // the client may have gone away
			}))
			t.Cleanup(server.Close)
			s := openURL(t, "tablestore://id:secret@"+server.Listener.Addr().String()+"/vod")
			_, err := s.Facts(t.Context(), "v1")
			require.ErrorContains(t, err, tc.want)
			require.Equal(t, tc.again, requests.Load() > 1)
		})
	}
}

func openURL(t *testing.T, raw string) *tablestore.Store {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	s, err := tablestore.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}
