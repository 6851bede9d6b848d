package tablestore_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/storetest"
	"github.com/vodevents/vodevents/shared/store/tablestore"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := start(t)
	storetest.Run(t, storetest.Harness{
		URL:    func(t *testing.T) string { t.Helper(); return urlOf(start(t)) },
		Absent: "tablestore://id:secret@" + closedPort(t) + "/absent",
		Poison: func(id vod.ID) store.Record {
			r := event(1)
			r.ID, r.Facts[0].Medium = id, ""
			return r
		},
		Server: behindProxy,
		Forget: forget,
		SecretURLs: []string{
			strings.Replace(urlOf(server), server.AccessKeySecret, storetest.Secret, 1),
			strings.Replace(urlOf(server), server.AccessKeyID, storetest.Secret, 1),
			"tablestore://" + storetest.Secret + "@vod.cn-shanghai.ots.aliyuncs.com",
			"tablestore://vod.cn-shanghai.ots.aliyuncs.com/" + storetest.Secret,
			"tablestore://127.0.0.1:1/in/" + storetest.Secret,
			"tablestore://127.0.0.1:1/in#" + storetest.Secret,
			"tablestore://127.0.0.1:1/in?password=" + storetest.Secret,
			"tablestore://127.0.0.1:1/in?" + storetest.Secret + "=%zz",
			"tablestore:" + storetest.Secret,
		},
	})
}

// start starts an instance of its own.
func start(t *testing.T) *emulator.Server {
	t.Helper()
	s, err := emulator.Start(emulator.Options{TableDelay: time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// urlOf is the URL of an instance, with its credentials.
func urlOf(s *emulator.Server) string {
	u := url.URL{
		Scheme: "tablestore", User: url.UserPassword(s.AccessKeyID, s.AccessKeySecret),
		Host: strings.TrimPrefix(s.Endpoint, "http://"), Path: "/" + s.Instance,
	}
	return u.String()
}

// open opens the store on an instance, and makes its tables.
func open(t *testing.T, s *emulator.Server) *tablestore.Store {
	t.Helper()
	u, err := url.Parse(urlOf(s))
	require.NoError(t, err)
	st, err := tablestore.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	require.NoError(t, st.Migrate(t.Context()))
	return st
}

// forget deletes the row of an event in the instance with the given URL.
func forget(t *testing.T, address string, id vod.ID) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	secret, _ := u.User.Password()
	client := ots.NewClient("http://"+u.Host, strings.Trim(u.Path, "/"), u.User.Username(), secret)
	change := &ots.DeleteRowChange{TableName: "vod_events", PrimaryKey: &ots.PrimaryKey{}}
	text := id.String()
	change.PrimaryKey.AddPrimaryKeyColumn("shard", text[len(text)-1:])
	change.PrimaryKey.AddPrimaryKeyColumn("id", text)
	change.SetCondition(ots.RowExistenceExpectation_EXPECT_EXIST)
	_, err = client.DeleteRow(&ots.DeleteRowRequest{DeleteRowChange: change})
	require.NoError(t, err)
}

// behindProxy returns the URL of a new instance, and what cuts all connections to it
// and listens anew. The instance is there throughout: a service does not lose what it
// has acknowledged.
func behindProxy(t *testing.T) (string, func()) {
	t.Helper()
	instance := start(t)
	target, err := url.Parse(instance.Endpoint)
	require.NoError(t, err)
	silent := slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = silent
	var server *http.Server
	listen := func(address string) string {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
		require.NoError(t, err)
		server = &http.Server{Handler: proxy, ReadHeaderTimeout: time.Minute, ErrorLog: silent}
		go server.Serve(l) //nolint:errcheck // it ends with ErrServerClosed
		return l.Addr().String()
	}
	address := listen("127.0.0.1:0")
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	u := strings.Replace(urlOf(instance), target.Host, address, 1)
	return u, func() {
		require.NoError(t, server.Close())
		listen(address)
	}
}

// closedPort is an address that nobody listens at.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// event is the n-th event: an upload, with a fact, owed to two sinks.
func event(n byte) store.Record {
	at := time.Date(2026, 11, 23, 8, 0, int(n), 0, time.UTC)
	id := vod.ID{0: 1, 15: n}
	return store.Record{
		ID: id, Source: store.SourceHTTP, Received: at, Type: "FileUploadComplete", Subject: "v1", Time: at,
		Status: vod.Succeeded, Body: []byte(`{"EventType":"FileUploadComplete","VideoId":"v1"}`),
		Facts: []media.Fact{{
			Medium: "v1", Kind: media.Video, Facet: "source", Time: at, Event: id, Status: vod.Succeeded, Data: []byte(`{}`),
		}},
		Deliveries: []string{"crm", "erp"},
	}
}
