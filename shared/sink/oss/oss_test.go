package oss_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/oss"
	"github.com/vodevents/vodevents/shared/sink/sinktest"
	"github.com/vodevents/vodevents/shared/vod"
)

const region = "cn-shanghai"

// role is what a function is given for an invocation.
var role = emulator.AccessKey{ID: "STS.role", Secret: "role's secret", Token: "role's token"}

// with returns a context that carries the credentials of an access key.
func with(ctx context.Context, k emulator.AccessKey) context.Context {
	return alicloud.With(ctx, alicloud.Credentials{AccessKeyID: k.ID, AccessKeySecret: k.Secret, SecurityToken: k.Token})
}

// absent is a place that cannot be reached.
const absent = "oss://vod-events/copies?region=" + region + "&endpoint=http://127.0.0.1:1"

func TestConformance(t *testing.T) {
	t.Parallel()
	s := emulator.New(region)
	s.AddKey(role)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	var buckets atomic.Int32
	sinktest.Run(t, sinktest.Harness{
		URL: func(*testing.T) string {
			bucket := "bucket-" + strconv.Itoa(int(buckets.Add(1)))
			s.AddBucket(bucket)
			return "oss://" + bucket + "/copies?region=" + region + "&endpoint=" + url.QueryEscape(h.URL)
		},
		Copies: func(t *testing.T, rawURL string) [][]byte {
			t.Helper()
			u, err := url.Parse(rawURL)
			require.NoError(t, err)
			var all [][]byte
			for _, o := range s.Objects(u.Host) {
				require.Equal(t, sink.MediaType, o.ContentType)
				all = append(all, o.Body)
			}
			return all
		},
		Absent:  absent,
		Once:    true,
		Context: func(ctx context.Context) context.Context { return with(ctx, role) },
		SecretURLs: []string{
			"oss://id:" + sinktest.Secret + "@vod-events/copies?region=" + region + "&endpoint=http://127.0.0.1:1",
			"oss://" + sinktest.Secret + "@vod-events?region=" + region,
			"oss://:" + sinktest.Secret + "@vod-events?region=" + region,
			"oss://id:" + sinktest.Secret + "@VOD_EVENTS?region=" + region,
			"oss://id:" + sinktest.Secret + "@vod-events",
			"oss://id:" + sinktest.Secret + "@vod-events?region=" + region + "&region=x",
			"oss://vod-events?region=" + sinktest.Secret + "!",
			"oss://vod-events?region=" + region + "&" + sinktest.Secret + "=%zz",
			"oss://vod-events?region=" + region + "&endpoint=http://" + sinktest.Secret + ".example.com",
			"oss://vod-events?region=" + region + "&endpoint=https://id:" + sinktest.Secret + "@oss-cn-shanghai.aliyuncs.com",
			"oss://vod-events?region=" + region + "&endpoint=127.0.0.1:1?" + sinktest.Secret,
			"oss://vod-events/../" + sinktest.Secret + "?region=" + region,
			"oss://vod-events?region=" + region + "#name=test&secret=" + sinktest.Secret,
		},
	})
}

// place is a bucket on a server of its own.
type place struct {
	*emulator.Server
	url string // of the server
}

const bucket = "vod-events"

func newPlace(t *testing.T) place {
	t.Helper()
	s := emulator.New(region)
	s.AddBucket(bucket)
	s.AddKey(role)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return place{s, h.URL}
}

// open opens a sink on the place, with a timeout that no test waits for.
func (p place) open(t *testing.T) *oss.Sink {
	t.Helper()
	return open(t, "oss://"+bucket+"/copies?region="+region+"&endpoint="+p.url, 10*time.Second)
}

func open(t *testing.T, rawURL string, timeout time.Duration) *oss.Sink {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	s, err := oss.Open(sink.Spec{URL: u, Timeout: timeout})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// operations counts the authentic requests for an operation.
func (p place) operations(name string) int {
	n := 0
	for _, c := range p.Calls() {
		if c.Operation == name {
			n++
		}
	}
	return n
}

// events returns n events, each with a text in its body that no error may hold.
func events(n int) []sink.Event {
	all := make([]sink.Event, n)
	for i := range all {
		all[i] = sink.Event{
			ID: vod.ID{6: 0x80, 15: byte(i)}, Type: "FileUploadComplete", Received: time.Now(),
			Body: []byte(`{"EventType":"FileUploadComplete","Title":"confidential"}`),
		}
	}
	return all
}

// deliver delivers one event as the role and returns its error.
func deliver(t *testing.T, s *oss.Sink) error {
	t.Helper()
	errs := s.Deliver(with(t.Context(), role), events(1))
	require.Len(t, errs, 1)
	return errs[0]
}

func TestKeys(t *testing.T) {
	t.Parallel()
	at := func(text string) vod.ID {
		id, err := vod.IDOf([]byte(`{"EventTime":"` + text + `"}`))
		require.NoError(t, err)
		return id
	}
	for _, tc := range []struct {
		name   string
		prefix string // with its slash
		id     vod.ID
		want   string // before the id
	}{
		{name: "day", prefix: "/copies", id: at("2026-11-23T08:00:00Z"), want: "copies/2026/11/23/"},
		{name: "end of the day", prefix: "/copies", id: at("2026-11-23T23:59:59Z"), want: "copies/2026/11/23/"},
		{name: "day in UTC", prefix: "/copies", id: at("2026-11-24T00:30:00+08:00"), want: "copies/2026/11/23/"},
		{name: "no time", prefix: "/copies", id: vod.ID{15: 1}, want: "copies/undated/"},
		{name: "no prefix", id: at("2026-01-02T03:04:05Z"), want: "2026/01/02/"},
		{name: "slash alone", prefix: "/", id: vod.ID{15: 1}, want: "undated/"},
		{name: "slash at the end", prefix: "/a/b/", id: vod.ID{15: 1}, want: "a/b/undated/"},
		{name: "any characters", prefix: "/视频%20+%3F%26%25", id: vod.ID{15: 1}, want: "视频 +?&%/undated/"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			s := open(t, "oss://"+bucket+tc.prefix+"?region="+region+"&endpoint="+p.url, 10*time.Second)
			e := events(1)[0]
			e.ID = tc.id
			e.Time = time.Now() // counts for nothing: another version may read it otherwise
			require.NoError(t, s.Deliver(with(t.Context(), role), []sink.Event{e})[0])
			require.Len(t, p.Objects(bucket), 1)
			require.Equal(t, tc.want+tc.id.String()+".json", p.Objects(bucket)[0].Key)
		})
	}
}

func TestReplayLeavesTheObject(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	require.NoError(t, deliver(t, s))
	before := p.Objects(bucket)
	e := events(1)[0]
	e.Replay = "r-1"
	require.NoError(t, s.Deliver(with(t.Context(), role), []sink.Event{e})[0])
	require.Equal(t, before, p.Objects(bucket))
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	user := emulator.AccessKey{ID: "user", Secret: "s+/:@=?"}
	p := newPlace(t)
	p.AddKey(user)
	rest := bucket + "/copies?region=" + region + "&endpoint=" + p.url
	bare := open(t, "oss://"+rest, 10*time.Second)
	own := open(t, "oss://"+url.UserPassword(user.ID, user.Secret).String()+"@"+rest, 10*time.Second)
	last := func() string {
		calls := p.Calls()
		return calls[len(calls)-1].AccessKeyID
	}

	require.NoError(t, own.Deliver(t.Context(), events(1))[0])
	require.Equal(t, "user", last(), "those of the URL")
	require.NoError(t, own.Deliver(with(t.Context(), role), events(1))[0])
	require.Equal(t, role.ID, last(), "those of the invocation go before")

	require.ErrorIs(t, bare.Deliver(t.Context(), events(1))[0], alicloud.ErrNone)
	require.NoError(t, bare.Deliver(with(t.Context(), role), events(1))[0])

	// The next invocation has other ones, and those of the last are good no more.
	p.RemoveKey(role.ID)
	next := emulator.AccessKey{ID: "STS.next", Secret: "next", Token: "next token"}
	p.AddKey(next)
	require.NoError(t, bare.Deliver(with(t.Context(), next), events(2))[1])
	require.Equal(t, next.ID, last())
	err := bare.Deliver(with(t.Context(), role), events(3))[2]
	require.ErrorContains(t, err, "403 InvalidAccessKeyId")
	require.NotContains(t, err.Error(), "role")
	wrong := next
	wrong.Secret = "no " + wrong.Secret
	require.ErrorContains(t, bare.Deliver(with(t.Context(), wrong), events(3))[2], "403 SignatureDoesNotMatch")
}

func TestRights(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		allowed []string
		want    string // in the error; empty: delivered
	}{
		{name: "both", allowed: []string{"oss:PutObject", "oss:GetBucketVersioning"}},
		{name: "only to put", allowed: []string{"oss:PutObject"}, want: "the right oss:GetBucketVersioning on acs:oss:*:*:vod-events"},
		{name: "only to ask", allowed: []string{"oss:GetBucketVersioning"}, want: "the right oss:PutObject on acs:oss:*:*:vod-events/copies/*"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			limited := role
			limited.Actions = tc.allowed
			p.AddKey(limited)
			err := deliver(t, p.open(t))
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.want)
			require.ErrorContains(t, err, "(request id 0000")
			require.NotErrorIs(t, err, sink.ErrRejected, "a right can be given")
		})
	}
}

func TestOpenNamesWhatIsUnknown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		url      string
		settings map[string]string
	}{
		{name: "setting", url: "oss://vod-events?region=" + region, settings: map[string]string{"acl": "private"}},
		{name: "parameter", url: "oss://vod-events?region=" + region + "&acl=private"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			_, err = oss.Open(sink.Spec{URL: u, Timeout: time.Second, Settings: tc.settings})
			require.ErrorContains(t, err, `"acl"`)
			require.NotContains(t, err.Error(), "private")
		})
	}
}
