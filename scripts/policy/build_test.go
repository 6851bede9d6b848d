package policy_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	_ "github.com/vodevents/vodevents/shared/fallback/all"
	"github.com/vodevents/vodevents/shared/sink"
	_ "github.com/vodevents/vodevents/shared/sink/all"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/all"
)

// storeURLs, sinkURLs and fallbackURLs are a URL of each scheme, for the Open of the seam.
var (
	storeURLs = map[string]string{
		"mysql":      "mysql://vod:password@db.example.com:3306/vod",
		"postgres":   "postgres://vod:password@db.example.com:5432/vod",
		"postgresql": "postgresql://vod:password@db.example.com:5432/vod",
		"sqlite":     "sqlite:vod.db",
		"tablestore": "tablestore://vod-events.cn-shanghai.ots.aliyuncs.com",
	}
	sinkURLs = map[string]string{
		"http":   "http://10.0.0.7:8080/vod#name=a&private=allow",
		"https":  "https://hooks.example.com/vod#name=a",
		"kafka":  "kafka://kafka.example.com:9092/vod#name=a",
		"mns":    "mns://1234567890123456.mns.cn-shanghai.aliyuncs.com/queues/vod#name=a",
		"oss":    "oss://bucket/vod?region=cn-shanghai#name=a",
		"redis":  "redis://redis.example.com:6379#name=a",
		"rediss": "rediss://redis.example.com:6379#name=a",
	}
	fallbackURLs = map[string]string{
		"dir": "dir:/var/spool/vod",
		"mns": "mns://1234567890123456.mns.cn-shanghai.aliyuncs.com/queues/vod",
		"oss": "oss://bucket/vod?region=cn-shanghai",
	}
)

// webhookSecret is one that a webhook takes.
var webhookSecret = "whsec_" + strings.Repeat("c2VjcmV0", 4)

func TestBuildLinksWhatSettingsName(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, store.Schemes(), slices.Collect(maps.Keys(storeURLs)), "storeURLs has a URL of each scheme")
	require.ElementsMatch(t, sink.Schemes(), slices.Collect(maps.Keys(sinkURLs)), "sinkURLs has a URL of each scheme")
	require.ElementsMatch(t, fallback.Schemes(), slices.Collect(maps.Keys(fallbackURLs)), "fallbackURLs has a URL of each scheme")
	for scheme, url := range storeURLs {
		t.Run("store/"+scheme, func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(url)
			require.NoError(t, err)
			require.NoError(t, s.Close())
			requireBuilt(t, []string{"VOD_STORE=" + url}, packageOf(s))
		})
	}
	for scheme, url := range sinkURLs {
		t.Run("sink/"+scheme, func(t *testing.T) {
			t.Parallel()
			routes, err := sink.Open([]string{url}, sink.Options{WebhookSecrets: []string{webhookSecret}})
			require.NoError(t, err)
			require.NoError(t, routes[0].Sink.Close())
			requireBuilt(t, []string{"VOD_STORE=sqlite:vod.db", "VOD_SINKS=" + url}, "shared/store/sqlite", packageOf(routes[0].Sink))
		})
	}
	for scheme, url := range fallbackURLs {
		t.Run("fallback/"+scheme, func(t *testing.T) {
			t.Parallel()
			f, err := fallback.Open(url)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			requireBuilt(t, []string{"VOD_STORE=sqlite:vod.db", "VOD_FALLBACK=" + url}, "shared/store/sqlite", packageOf(f))
			requireBuilt(t, []string{"VOD_STORE=sqlite:vod.db", "VOD_DEAD_LETTER_QUEUE=" + url}, "shared/store/sqlite", packageOf(f))
		})
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		requireBuilt(t, nil, implementations(t)...)
	})
	t.Run("white space", func(t *testing.T) {
		t.Parallel()
		requireBuilt(t, []string{"VOD_STORE= ", "VOD_SINKS=\n\t"}, implementations(t)...)
	})
}

// packageOf returns the package of a value's type, from the top of the repository.
func packageOf(v any) string {
	return strings.TrimPrefix(reflect.Indirect(reflect.ValueOf(v)).Type().PkgPath(), module+"/")
}

// requireBuilt requires that build.sh links just these implementations for the settings,
// those of the same name behind the other seams, which have the same tag, and a queue as
// fallback, which deployments have unless they are told otherwise.
func requireBuilt(t *testing.T, settings []string, want ...string) {
	t.Helper()
	want = append(want, "shared/fallback/mns")
	out, err := build(t, settings)
	require.NoError(t, err, out)
	_, tags, ok := strings.Cut(out, "\ntags: ")
	require.True(t, ok, out)
	var linked []string
	deps := functionDeps(t, strings.TrimSpace(tags))
	require.NotContains(t, deps, "net/rpc", "it makes functions half as large again")
	for _, short := range implementations(t) {
		if slices.Contains(deps, module+"/"+short) {
			linked = append(linked, short)
		}
	}
	var together []string
	for _, short := range implementations(t) {
		if slices.ContainsFunc(want, func(w string) bool { return path.Base(w) == path.Base(short) }) {
			together = append(together, short)
		}
	}
	require.ElementsMatch(t, together, linked, "%v", settings)
	for _, short := range want {
		require.Contains(t, out, strings.TrimPrefix(short, "shared/"), "and it says so")
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	const secret = "c0rrecthorse"
	for _, tc := range []struct {
		name     string
		settings []string
		want     string
	}{
		{name: "a scheme that nothing has", settings: []string{"VOD_STORE=foo://vod:" + secret + "@db"}, want: "VOD_STORE: nothing in shared/store has the scheme foo"},
		{name: "the scheme of a sink as store", settings: []string{"VOD_STORE=https://" + secret}, want: "VOD_STORE: nothing in shared/store has the scheme https"},
		{name: "no scheme", settings: []string{"VOD_STORE=sqlite:vod.db", "VOD_SINKS=https://h#name=a " + secret}, want: "VOD_SINKS: a URL has no scheme"},
		{name: "a store that is white space", settings: []string{"VOD_STORE= \t", "VOD_SINKS=https://" + secret}, want: "VOD_STORE is not"},
		{name: "sinks without a store", settings: []string{"VOD_SINKS=https://" + secret}, want: "VOD_STORE is not"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, err := build(t, tc.settings)
			require.Error(t, err)
			require.Contains(t, out, tc.want)
			require.NotContains(t, out, secret)
		})
	}
}

// build runs build.sh -n with the settings and returns what it says.
func build(t *testing.T, settings []string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", path.Join(root, "scripts/build.sh"), "-n")
	cmd.Env = append(os.Environ(), "VOD_STORE=", "VOD_SINKS=", "VOD_FALLBACK=", "VOD_DEAD_LETTER_QUEUE=")
	cmd.Env = append(cmd.Env, settings...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}
