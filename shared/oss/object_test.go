package oss_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/oss"
)

const place = "vod-events"

// start starts a server with a bucket, and opens what is below a prefix of that.
func start(t *testing.T, prefix string) (*emulator.Server, *oss.Bucket) {
	t.Helper()
	s := emulator.New("cn-shanghai")
	s.AddBucket(place)
	s.AddKey(emulator.AccessKey{ID: "id", Secret: "confidential"})
	return s, open(t, s, prefix)
}

// open opens what is below a prefix of a bucket that the handler serves.
func open(t *testing.T, handler http.Handler, prefix string) *oss.Bucket {
	t.Helper()
	h := httptest.NewServer(handler)
	t.Cleanup(h.Close)
	u, err := url.Parse("oss://id:confidential@" + place + prefix + "?region=cn-shanghai&endpoint=" + h.URL)
	require.NoError(t, err)
	b, err := oss.Open(u, oss.Options{LongestPause: time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func TestPut(t *testing.T) {
	t.Parallel()
	s, b := start(t, "/copies")
	put := func(body string, once bool) (bool, error) {
		return b.Put(t.Context(), oss.Put{Name: "x", ContentType: "text/plain", Body: []byte(body), Once: once})
	}
	_, err := put("first", true)
	require.NoError(t, err)
	_, err = put("second", true)
	require.ErrorIs(t, err, oss.ErrExists)
	require.Equal(t, "first", string(s.Objects(place)[0].Body))
	versioned, err := put("third", false)
	require.NoError(t, err)
	require.False(t, versioned)
	require.Len(t, s.Objects(place), 1)
	o := s.Objects(place)[0]
	require.Equal(t, "copies/x", o.Key)
	require.Equal(t, "third", string(o.Body))
	require.Equal(t, "text/plain", o.ContentType)

	state, err := b.Versioning(t.Context())
	require.NoError(t, err)
	require.Empty(t, state)
	s.SetVersioning(place, emulator.Enabled)
	versioned, err = put("fourth", true)
	require.NoError(t, err)
	require.True(t, versioned)
	state, err = b.Versioning(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Enabled", state)
}

func TestGet(t *testing.T) {
	t.Parallel()
	s, b := start(t, "/copies")
	s.Now = func() time.Time { return time.Now().Add(-time.Minute) }
	for _, size := range []int{0, 1, 100_000} {
		_, err := b.Put(t.Context(), oss.Put{Name: strconv.Itoa(size), Body: []byte(strings.Repeat("\x00\xff", size)[:size])})
		require.NoError(t, err)
	}
	for _, tc := range []struct {
		name  string
		limit int64
		want  int
	}{
		{name: "0", limit: 10, want: 0},
		{name: "1", limit: 10, want: 1},
		{name: "100000", limit: 100_000, want: 100_000},
		{name: "100000", limit: 10, want: 10},
	} {
		o, err := b.Get(t.Context(), tc.name, tc.limit)
		require.NoError(t, err)
		require.Len(t, o.Body, tc.want)
		require.Equal(t, time.UTC, o.Modified.Location())
		require.WithinDuration(t, time.Now().Add(-time.Minute), o.Modified, 30*time.Second, "by the clock of OSS")
	}
	_, err := b.Get(t.Context(), "absent", 10)
	require.ErrorIs(t, err, oss.ErrAbsent)
	require.NotErrorIs(t, err, oss.ErrExists)
	require.NoError(t, b.Delete(t.Context(), "absent"))
	require.NoError(t, b.Delete(t.Context(), "1"))
	_, err = b.Get(t.Context(), "1", 10)
	require.ErrorIs(t, err, oss.ErrAbsent)
}

// list returns all names.
func list(ctx context.Context, b *oss.Bucket) (names []string, err error) {
	for page, err := range b.List(ctx) {
		if err != nil {
			return names, err
		}
		for _, o := range page {
			names = append(names, o.Name)
		}
	}
	return names, nil
}

func TestList(t *testing.T) {
	t.Parallel()
	s, b := start(t, "/copies")
	names, err := list(t.Context(), b)
	require.NoError(t, err)
	require.Empty(t, names)

	want := []string{"a +%&<>/b", "视频"}
	for i := range 1100 {
		want = append(want, fmt.Sprintf("%05d", i))
	}
	whole := open(t, s, "")
	for _, name := range want {
		_, err := whole.Put(t.Context(), oss.Put{Name: "copies/" + name})
		require.NoError(t, err)
	}
	for _, name := range []string{"copies", "copies2/x", "x"} {
		_, err := whole.Put(t.Context(), oss.Put{Name: name})
		require.NoError(t, err)
	}
	names, err = list(t.Context(), b)
	require.NoError(t, err)
	require.ElementsMatch(t, want, names)
	for page, err := range b.List(t.Context()) {
		require.NoError(t, err)
		require.Len(t, page, 1000)
		break // is no panic
	}
	names, err = list(t.Context(), whole)
	require.NoError(t, err)
	require.Len(t, names, len(want)+3)

	// The second page fails.
	pages := 0
	s.SetFault(func(emulator.Call) emulator.Fault {
		if pages++; pages == 1 {
			return emulator.Fault{}
		}
		return emulator.Fault{Status: 400, Code: "Strange"}
	})
	names, err = list(t.Context(), b)
	require.ErrorContains(t, err, "oss: list: answered 400 Strange")
	require.Len(t, names, 1000)
}

// TestStrangeLists: an answer that says that there is more but not where must not end
// the list as if it were whole, nor go on for ever.
func TestStrangeLists(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"no token":  "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
		"no answer": "confidential",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/xml")
				_, _ = io.WriteString(w, answer)
			}), "")
			_, err := list(t.Context(), b)
			require.ErrorContains(t, err, "oss: list: ")
			require.NotContains(t, err.Error(), "confidential")
			var failed *oss.Error
			require.ErrorAs(t, err, &failed)
			require.Zero(t, failed.Status)
		})
	}
}

// TestBrokenBody: an answer that breaks off is an error and no shorter body.
func TestBrokenBody(t *testing.T) {
	t.Parallel()
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "confidential")
	}), "")
	_, err := b.Get(t.Context(), "x", 1000)
	require.ErrorContains(t, err, "oss: get: no answer that can be read")
}

// TestUnknownState is not quoted.
func TestUnknownState(t *testing.T) {
	t.Parallel()
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<VersioningConfiguration><Status>confidential</Status></VersioningConfiguration>")
	}), "")
	state, err := b.Versioning(t.Context())
	require.NoError(t, err)
	require.Equal(t, "unknown", state)
}

func TestEnd(t *testing.T) {
	t.Parallel()
	s, b := start(t, "")
	s.SetFault(func(emulator.Call) emulator.Fault { return emulator.Fault{Hang: true} })
	want := errors.New("the time is up")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, want)
	defer cancel()
	_, err := b.Put(ctx, oss.Put{Name: "x"})
	require.ErrorIs(t, err, want)
	_, err = b.Get(ctx, "x", 1)
	require.ErrorIs(t, err, want)
	_, err = list(ctx, b)
	require.ErrorIs(t, err, want)
	require.ErrorIs(t, b.Delete(ctx, "x"), want)
	_, err = b.Versioning(ctx)
	require.ErrorIs(t, err, want)
}

func TestPrintsWithoutSecrets(t *testing.T) {
	t.Parallel()
	_, b := start(t, "")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Equal(t, "bucket vod-events", fmt.Sprintf(verb, b))
		require.Equal(t, "bucket vod-events", fmt.Sprintf(verb, b.Address))
	}
}
