package services_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMissing runs a test that needs a server on a machine that has none.
func TestMissing(t *testing.T) {
	t.Parallel()
	programs := t.TempDir()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		found, err := os.ReadDir(dir)
		if err != nil {
			continue // not every entry of a PATH exists
		}
		for _, f := range found {
			switch name := f.Name(); name {
			case "redis-server", "apt-get": // nor may root install it
			default:
				_ = os.Symlink(filepath.Join(dir, name), filepath.Join(programs, name)) // the first one counts
			}
		}
	}
	for _, tc := range []struct {
		name  string
		ci    string
		fails bool
		want  string
	}{
		{name: "on a laptop", want: "--- SKIP: TestRedis"},
		{name: "in CI", ci: "true", fails: true, want: "--- FAIL: TestRedis"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRedis$", "-test.v")
			program.Env = append(os.Environ(), "PATH="+programs, "CI="+tc.ci)
			out, err := program.CombinedOutput()
			require.Equal(t, tc.fails, err != nil, string(out))
			require.Contains(t, string(out), tc.want)
			require.Contains(t, string(out), "apt-get install redis-server", "it says what to do")
		})
	}
}
