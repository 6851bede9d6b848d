package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBeginningOfID shows events and media by the beginning of their ids.
func TestBeginningOfID(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	h = h.with("VOD_STORE=" + url)

	var ids []string
	for _, e := range objects(t, h.must(t, "events", "--json")) {
		ids = append(ids, fmt.Sprint(e["id"]))
	}
	shortest := ids[0] // the shortest beginning that no other id has
	for n := 1; n < len(ids[0]); n++ {
		if matches := beginning(ids, ids[0][:n]); len(matches) == 1 {
			shortest = ids[0][:n]
			break
		}
	}
	require.Equal(t, ids[0], only(t, h.must(t, "events", "--json", strings.ToUpper(shortest)))["id"])
	all := beginning(ids, ids[0][:2])
	require.Greater(t, len(all), 1, "their times are near each other")
	said, code := h.said(t, "events", ids[0][:2])
	require.Equal(t, 1, code)
	require.Contains(t, said, all[0]+"  ")
	require.Contains(t, said, all[1]+"  ")
	_, code = h.run(t, "events", "ffff")
	require.Equal(t, 1, code, "there is none")

	require.Equal(t, "ferry", only(t, h.must(t, "media", "--json", "fe"))["id"])
	require.NotEmpty(t, only(t, h.must(t, "media", "--json", "fe"))["facets"])
	said, code = h.said(t, "media", "nobody")
	require.Equal(t, 1, code)
	require.Contains(t, said, "media lists them")
}

func beginning(ids []string, with string) []string {
	var found []string
	for _, id := range ids {
		if strings.HasPrefix(id, with) {
			found = append(found, id)
		}
	}
	return found
}

func TestWordsForStatusAndType(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	h = h.with("VOD_STORE=" + url)
	for _, word := range []string{"failed", "FAIL", "Failure"} {
		require.Len(t, objects(t, h.must(t, "events", "--json", "--status", word)), 1, word)
	}
	succeeded := h.must(t, "events", "--json", "--status", "succeeded")
	require.NotEmpty(t, succeeded)
	for _, word := range []string{"ok", "Success", "SUCCEEDED"} {
		require.Equal(t, succeeded, h.must(t, "events", "--json", "--status", word), word)
	}
	require.Len(t, objects(t, h.must(t, "events", "--json", "--type", "streamtranscodecomplete")), 4)
}

// TestPipesAreWhole reads long values from tables that nobody sees on a terminal.
func TestPipesAreWhole(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, readable := filled(t, h)
	medium := strings.Repeat("m", 60)
	d := h.start(t, "--functions", functions, "--store", url)
	h.must(t, "send", "TranscodeComplete", "--medium", medium)
	d.handled(t)
	d.stop(t)
	h = h.with("VOD_STORE=" + url)
	require.Contains(t, h.must(t, "events"), medium)
	require.Contains(t, h.must(t, "events"), "RECEIVED (UTC)")
	require.Contains(t, h.must(t, "media"), medium)
	require.Contains(t, h.must(t, "media"), "UPDATED (UTC)")
	require.Contains(t, h.must(t, "media", medium), " UTC\n")
	list := h.must(t, "dead-letters", "list")
	require.Contains(t, list, "DETAIL")
	require.Contains(t, list, readable.String()+"  test\n")
}

func TestRedriveSaysWhy(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	out, code := h.run(t, "dead-letters", "redrive", "--all", "--json", "--store", url)
	require.Equal(t, 1, code)
	why := map[any]any{}
	for _, o := range objects(t, out) {
		why[o["outcome"]] = o["detail"]
	}
	require.Equal(t, "test", why["dead_letter"])
	require.Contains(t, why["failed"], "only the beginning")
	require.Nil(t, why["new"])
}

func TestMigrateSaysWhatItDid(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	file := filepath.Join(t.TempDir(), "vod.db")
	url := "sqlite:" + filepath.ToSlash(file)
	said, code := h.said(t, "media", "--store", url)
	require.Equal(t, 1, code)
	require.Contains(t, said, "there is no file "+file+": is the path right? ")
	require.Contains(t, said, " migrate --store "+url+" makes it")

	require.NoError(t, os.WriteFile(file, nil, 0o600))
	said, code = h.said(t, "media", "--store", url)
	require.Equal(t, 1, code)
	require.Contains(t, said, "the tables are missing or out of date: ")
	require.Contains(t, said, " migrate --store "+url+" makes them")
	require.Equal(t, "upgraded", only(t, h.must(t, "migrate", "--json", "--store", url))["did"])
	require.Equal(t, "the tables are up to date\n", h.must(t, "migrate", "--store", url))
	require.NoError(t, os.Remove(file))
	require.Equal(t, "made the store and its tables: they are up to date\n", h.must(t, "migrate", "--store", url))
}

// TestDevSaysWhichStore has another store in the environment.
func TestDevSaysWhichStore(t *testing.T) {
	t.Parallel()
	h := newHome(t).with("VOD_STORE=sqlite:/var/lib/vod/vod.db")
	require.Regexp(t, `(?m)^  \S+ events --store sqlite:\S+/dev\.db$`, h.welcome(t))
}
