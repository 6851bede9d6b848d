package dev_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
)

func ExampleFileStore() {
	fmt.Println(dev.FileStore("/tmp/my videos.db"))
	// Output: sqlite:/tmp/my%20videos.db
}

func TestRoot(t *testing.T) {
	t.Parallel()
	top, err := filepath.Abs("../../..")
	require.NoError(t, err)
	for _, dir := range []string{".", "..", "../../.."} {
		root, err := dev.Root(dir)
		require.NoError(t, err)
		require.Equal(t, top, root)
	}

	_, err = dev.Root(t.TempDir())
	require.ErrorIs(t, err, dev.ErrNoSource)

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "go.mod"), []byte("module example.com/other\n"), 0o600))
	_, err = dev.Root(other)
	require.ErrorIs(t, err, dev.ErrNoSource)
}

func TestBuildSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/other\n"), 0o600))
	var progress strings.Builder
	err := dev.Build(t.Context(), root, t.TempDir(), &progress)
	require.ErrorContains(t, err, "functions/http", "the words of the go command")
	require.Contains(t, progress.String(), "building")
}

func TestKey(t *testing.T) {
	t.Parallel()
	key := dev.NewKey()
	require.NotEqual(t, key, dev.NewKey())
	require.LessOrEqual(t, len(key), 32)
	for _, rule := range []string{"[A-Z]", "[a-z]", "[0-9]", "^[A-Za-z0-9]+$"} {
		require.Regexp(t, rule, key)
	}
	require.NoError(t, dev.CheckKey(key))
	require.NoError(t, dev.CheckKey("short"))
	require.Error(t, dev.CheckKey(""))
	require.Error(t, dev.CheckKey("two words"))
	require.Error(t, dev.CheckKey(strings.Repeat("x", 33)))
}

// TestAnnounce is not parallel: it changes where the announcement is.
func TestAnnounce(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("LocalAppData", t.TempDir())
	_, err := dev.Running()
	require.ErrorIs(t, err, dev.ErrNotRunning)

	first := dev.Address{CallbackURL: "http://127.0.0.1:1/callback", AuthKey: "k", Store: "sqlite:a.db", PID: 1}
	withdrawFirst, err := first.Announce()
	require.NoError(t, err)
	got, err := dev.Running()
	require.NoError(t, err)
	require.Equal(t, first, got)

	second := dev.Address{CallbackURL: "http://127.0.0.1:2/callback", PID: 2}
	withdrawSecond, err := second.Announce()
	require.NoError(t, err)
	withdrawFirst() // is another's by now
	got, err = dev.Running()
	require.NoError(t, err)
	require.Equal(t, second, got)
	withdrawSecond()
	_, err = dev.Running()
	require.ErrorIs(t, err, dev.ErrNotRunning)
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		settings dev.Settings
		want     string
	}{
		{name: "address", settings: dev.Settings{Listen: "nowhere"}, want: "--listen"},
		{name: "store", settings: dev.Settings{Store: "%zz"}, want: "store"},
		{name: "kind of store", settings: dev.Settings{Store: "paper:x", Functions: "."}, want: "paper"},
		{name: "functions", settings: dev.Settings{Store: dev.FileStore(filepath.Join(t.TempDir(), "x.db")), Functions: t.TempDir()}, want: "function http"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.settings.Progress = io.Discard
			_, err := dev.Start(t.Context(), tc.settings)
			require.ErrorContains(t, err, tc.want)
		})
	}
}
