package oss_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/fallbacktest"
	"github.com/vodevents/vodevents/shared/fallback/oss"
)

const (
	region = "cn-shanghai"
	bucket = "vod-events"
	// absent is a place that cannot be reached.
	absent = "oss://vod-events/fallback?region=" + region + "&endpoint=http://127.0.0.1:1"
	// nameOfHello is the SHA-256 of hello (FIPS 180-4; sha256sum says so, too).
	nameOfHello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
)

// role is the credentials of an invocation, with just the rights that the package
// asks for.
var role = emulator.AccessKey{
	ID: "STS.role", Secret: "role's secret", Token: "role's token",
	Actions: []string{"oss:PutObject", "oss:GetObject", "oss:DeleteObject", "oss:ListObjects"},
}

// asRole puts the credentials of an invocation into the context.
func asRole(ctx context.Context) context.Context {
	return alicloud.With(ctx, alicloud.Credentials{AccessKeyID: role.ID, AccessKeySecret: role.Secret, SecurityToken: role.Token})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	server := func(hangs bool) func(*testing.T) string {
		s := emulator.New(region)
		s.AddKey(role)
		if hangs {
			s.SetFault(func(emulator.Call) emulator.Fault { return emulator.Fault{Hang: true} })
		}
		h := httptest.NewServer(s)
		t.Cleanup(h.Close)
		var buckets atomic.Int32
		return func(*testing.T) string {
			name := "bucket-" + strconv.Itoa(int(buckets.Add(1)))
			s.AddBucket(name)
			return "oss://" + name + "/fallback?region=" + region + "&endpoint=" + url.QueryEscape(h.URL)
		}
	}
	fallbacktest.Run(t, fallbacktest.Harness{
		URL:     server(false),
		Hanging: server(true),
		Absent:  absent,
		Context: asRole,
		SecretURLs: []string{
			"oss://id:" + fallbacktest.Secret + "@vod-events/fallback?region=" + region + "&endpoint=http://127.0.0.1:1",
			"oss://" + fallbacktest.Secret + "@vod-events?region=" + region,
			"oss://:" + fallbacktest.Secret + "@vod-events?region=" + region,
			"oss://id:" + fallbacktest.Secret + "@VOD_EVENTS?region=" + region,
			"oss://id:" + fallbacktest.Secret + "@vod-events",
			"oss://vod-events?region=" + fallbacktest.Secret + "!",
			"oss://vod-events?region=" + region + "&" + fallbacktest.Secret + "=%zz",
			"oss://vod-events?region=" + region + "&endpoint=https://id:" + fallbacktest.Secret + "@oss-cn-shanghai.aliyuncs.com",
			"oss://vod-events/../" + fallbacktest.Secret + "?region=" + region,
			"oss://vod-events?region=" + region + "#secret=" + fallbacktest.Secret,
		},
	})
}

// place is a bucket on a server of its own.
type place struct {
	*emulator.Server

	url string // of the server
}

func newPlace(t *testing.T) place {
	t.Helper()
	s := emulator.New(region)
	s.AddBucket(bucket)
	s.AddKey(role)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return place{s, h.URL}
}

// open opens the fallback below a prefix of the place, such as /fallback.
func (p place) open(t *testing.T, prefix string) *oss.Fallback {
	t.Helper()
	return open(t, "oss://"+bucket+prefix+"?region="+region+"&endpoint="+p.url)
}

func open(t *testing.T, rawURL string) *oss.Fallback {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	f, err := oss.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// keys lists the bucket.
func (p place) keys() []string {
	var all []string
	for _, o := range p.Objects(bucket) {
		all = append(all, o.Key)
	}
	return all
}

// fails has requests for an operation about a key fail as often as times says.
func (p place) fails(operation, key string, fault emulator.Fault, times int64) (calls *atomic.Int64) {
	calls = &atomic.Int64{}
	p.SetFault(func(c emulator.Call) emulator.Fault {
		if c.Operation == operation && strings.HasSuffix(c.Key, key) && calls.Add(1) <= times {
			return fault
		}
		return emulator.Fault{}
	})
	return calls
}

// drain takes everything and returns the bodies.
func drain(t *testing.T, f *oss.Fallback) (bodies []string, err error) {
	t.Helper()
	n, err := f.Drain(asRole(t.Context()), func(_ context.Context, items []fallback.Item) []error {
		for _, item := range items {
			bodies = append(bodies, string(item.Body))
		}
		return make([]error, len(items))
	})
	require.LessOrEqual(t, n, len(bodies))
	return bodies, err
}

func TestObjects(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]string{
		"": nameOfHello, "/": nameOfHello, "/a/b/": "a/b/" + nameOfHello, "/视频%20+%3F%26": "视频 +?&/" + nameOfHello,
	} {
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			f := p.open(t, prefix)
			for range 2 {
				require.NoError(t, f.Put(asRole(t.Context()), []byte("hello")))
				require.Equal(t, []string{want}, p.keys())
			}
			_, err := f.Drain(asRole(t.Context()), func(_ context.Context, items []fallback.Item) []error {
				require.Len(t, items, 1)
				require.Equal(t, want, items[0].ID)
				return make([]error, len(items))
			})
			require.NoError(t, err)
			require.Empty(t, p.keys())
		})
	}
}

// TestForeignObjects: what is not ours is left alone, and neither counted nor read.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, prefix := range []string{"/fallback", "/fallback/deeper", "/fallback2"} {
		require.NoError(t, p.open(t, prefix).Put(asRole(t.Context()), []byte("hello")))
	}
	f := p.open(t, "/fallback")
	n, err := f.Waiting(asRole(t.Context()))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	bodies, err := drain(t, f)
	require.NoError(t, err)
	require.Equal(t, []string{"hello"}, bodies)
	require.Equal(t, []string{"fallback/deeper/" + nameOfHello, "fallback2/" + nameOfHello}, p.keys())
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	f := p.open(t, "/fallback")
	require.ErrorIs(t, f.Put(t.Context(), []byte("hello")), alicloud.ErrNone)
	require.NoError(t, f.Put(asRole(t.Context()), []byte("hello")))

	p.AddKey(emulator.AccessKey{ID: "user", Secret: "s+/:@=?"})
	own := open(t, "oss://"+url.UserPassword("user", "s+/:@=?").String()+"@"+bucket+"/fallback?region="+region+"&endpoint="+p.url)
	n, err := own.Waiting(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// TestRights: each error names the right that is missing.
func TestRights(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		missing string
		want    string
	}{
		{missing: "oss:PutObject", want: "oss:PutObject on acs:oss:*:*:vod-events/fallback/*"},
		{missing: "oss:GetObject", want: "oss:GetObject on acs:oss:*:*:vod-events/fallback/*"},
		{missing: "oss:DeleteObject", want: "oss:DeleteObject on acs:oss:*:*:vod-events/fallback/*"},
		{missing: "oss:ListObjects", want: "oss:ListObjects on acs:oss:*:*:vod-events"},
	} {
		t.Run(tc.missing, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			f := p.open(t, "/fallback")
			require.NoError(t, f.Put(asRole(t.Context()), []byte("hello")))
			limited := role
			limited.Actions = nil
			for _, action := range role.Actions {
				if action != tc.missing {
					limited.Actions = append(limited.Actions, action)
				}
			}
			p.AddKey(limited)
			err := f.Put(asRole(t.Context()), []byte("other"))
			if err == nil {
				_, err = drain(t, f)
			}
			require.ErrorContains(t, err, "check that it has the right "+tc.want)
			require.NotErrorIs(t, err, fallback.ErrRefused, "a right can be given")
			require.NotEmpty(t, p.keys())
		})
	}
}

func TestNoFragment(t *testing.T) {
	t.Parallel()
	_, err := fallback.Open("oss://vod-events/fallback?region=" + region + "#name=x")
	require.ErrorContains(t, err, "fragment")
}
