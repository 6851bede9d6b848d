package main_test

import (
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	_ "github.com/vodevents/vodevents/shared/fallback/all"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// spool returns the URL of a fallback in which the bodies wait.
func spool(t *testing.T, bodies ...[]byte) string {
	t.Helper()
	u := url.URL{Scheme: "dir", OmitHost: true, Path: filepath.ToSlash(filepath.Join(t.TempDir(), "fallback"))}
	f, err := fallback.Open(u.String())
	require.NoError(t, err)
	for _, body := range bodies {
		require.NoError(t, f.Put(t.Context(), body))
	}
	require.NoError(t, f.Close())
	return u.String()
}

func TestDrain(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	store := "sqlite:" + filepath.ToSlash(t.TempDir()) + "/vod.db"
	h.must(t, "migrate", "--store", store)
	body := vodtest.NewEvent(vod.TypeFileUploadComplete)
	waiting := spool(t, body, vodtest.NewEvent(vod.TypeSnapshotComplete), []byte("garbage"))
	h = h.with("VOD_STORE="+store, "VOD_FALLBACK="+waiting)

	require.Equal(t, "fallback: 3 waiting\n", h.must(t, "drain", "--dry-run"))
	require.JSONEq(t, `{"place":"fallback","waiting":3}`, h.must(t, "drain", "--dry-run", "--json"))
	require.Equal(t, "3 taken out: 2 new, 0 known, 1 dead letters; 0 failed and wait on\n", h.must(t, "drain"))
	require.Equal(t, "fallback: 0 waiting\n", h.must(t, "drain", "--dry-run"))
	require.Contains(t, h.must(t, "events"), "FileUploadComplete")
	said, code := h.with("VOD_STORE=").said(t, "drain")
	require.Equal(t, 2, code, "what waits for one store must not get into another")
	require.Contains(t, said, "into which store?")
	require.Equal(t, "fallback: 0 waiting\n", h.with("VOD_STORE=wrong:x").must(t, "drain", "--dry-run"), "it needs no store")
	require.JSONEq(t, `{"items":1,"new":0,"known":1,"dead_letters":0,"failed":0}`,
		h.must(t, "drain", "--json", "--fallback", spool(t, body)), "another place, by hand")
}

func TestDrainRefuses(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	store := "sqlite:" + filepath.ToSlash(t.TempDir()) + "/vod.db"
	h.must(t, "migrate", "--store", store)
	for _, tc := range []struct {
		name string
		env  string
		args []string
		code int
		want string
	}{
		{name: "nothing to drain", env: "VOD_FALLBACK=", code: 2, want: "set VOD_FALLBACK or VOD_DEAD_LETTER_QUEUE"},
		{name: "unknown scheme", args: []string{"--fallback", "ftp://s3cret"}, env: "VOD_FALLBACK=", code: 2, want: `unknown scheme "ftp"`},
		{name: "wrong queue", env: "VOD_DEAD_LETTER_QUEUE=mns://s3cret/queues/x", code: 2, want: "VOD_DEAD_LETTER_QUEUE: queue 1: mns: URL"},
		{name: "a queue that is not there", code: 1, args: []string{"--dry-run"}, env: "VOD_DEAD_LETTER_QUEUE=mns://id:s3cret@127.0.0.1:1/1234.mns.cn-shanghai.aliyuncs.com/queues/x?http=true", want: "queue x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			said, code := h.with("VOD_STORE="+store, tc.env).said(t, append([]string{"drain"}, tc.args...)...)
			require.Equal(t, tc.code, code, said)
			require.Contains(t, said, tc.want)
			require.NotContains(t, said, "s3cret")
		})
	}
}
