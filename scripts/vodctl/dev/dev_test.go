package dev_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

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

// home gives the test a cache directory and a directory for temporary files of its
// own, and returns the first.
func home(t *testing.T) string {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("LocalAppData", t.TempDir())
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	cache, err := dev.CacheDir()
	require.NoError(t, err)
	return cache
}

// dead returns the id of a process that has ended.
func dead(t *testing.T) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	require.NoError(t, cmd.Run())
	return cmd.Process.Pid
}

// TestAnnounce is not parallel: it changes where the announcements are.
func TestAnnounce(t *testing.T) {
	cache := home(t)
	_, err := dev.Running()
	require.ErrorIs(t, err, dev.ErrNotRunning)

	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	first := dev.Address{
		CallbackURL: "http://127.0.0.1:1/callback", AuthKey: "k", Store: "sqlite:a.db", PID: os.Getpid(), Started: at,
	}
	withdrawFirst, err := first.Announce()
	require.NoError(t, err)
	second := first
	second.CallbackURL, second.PID, second.Started = "http://127.0.0.1:2/callback", os.Getppid(), at.Add(time.Second)
	withdrawSecond, err := second.Announce()
	require.NoError(t, err)
	killed := first
	killed.PID, killed.Started = dead(t), at.Add(time.Minute)
	_, err = killed.Announce()
	require.NoError(t, err)

	all, err := dev.All()
	require.NoError(t, err)
	require.Equal(t, []dev.Address{second, first}, all)
	require.Equal(t, []dev.Address{second}, first.SharingStore())
	got, err := dev.Running()
	require.NoError(t, err)
	require.Equal(t, second, got, "the last one started")
	files, err := os.ReadDir(cache)
	require.NoError(t, err)
	require.Len(t, files, 2, "what the killed one left is swept")

	withdrawSecond()
	got, err = dev.Running()
	require.NoError(t, err)
	require.Equal(t, first, got, "the other one is as it was")
	require.Empty(t, first.SharingStore())
	withdrawFirst()
	_, err = dev.Running()
	require.ErrorIs(t, err, dev.ErrNotRunning)
}

// TestTempDir is not parallel: it changes where temporary files are.
func TestTempDir(t *testing.T) {
	home(t)
	left := filepath.Join(os.TempDir(), "vodctl-demo-"+strconv.Itoa(dead(t))+"-123")
	living := filepath.Join(os.TempDir(), "vodctl-demo-"+strconv.Itoa(os.Getppid())+"-123")
	kept := filepath.Join(os.TempDir(), "vodctl-kept-123")
	for _, dir := range []string{left, living, kept} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "x"), 0o700))
	}
	made, err := dev.TempDir("functions")
	require.NoError(t, err)
	require.Contains(t, filepath.Base(made), "vodctl-functions-"+strconv.Itoa(os.Getpid())+"-")
	require.NoDirExists(t, left)
	for _, dir := range []string{living, kept, made} {
		require.DirExists(t, dir)
	}
}

func TestStoreFile(t *testing.T) {
	t.Parallel()
	require.Equal(t, filepath.FromSlash("/tmp/my videos.db"), dev.StoreFile("sqlite:/tmp/my%20videos.db?local=true"))
	require.Equal(t, "vod.db", dev.StoreFile("sqlite:vod.db"))
	require.Empty(t, dev.StoreFile("postgres://u:p@db/vod"))
	require.Empty(t, dev.StoreFile("sqlite:%zz"))
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, taken.Close()) })
	for _, tc := range []struct {
		name     string
		settings dev.Settings
		want     string
	}{
		{name: "address", settings: dev.Settings{Listen: "nowhere"}, want: "--listen"},
		{name: "address that is taken", settings: dev.Settings{Listen: taken.Addr().String()}, want: "taken by another program"},
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
