package main_test

import (
	"bufio"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPipeIsClosed has the reader of the output go away, as head does: what was
// started is stopped, and what is temporary removed.
func TestPipeIsClosed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		args []string
	}{
		{name: "demo", args: []string{"demo", "--functions", functions}},
		{name: "dev", args: []string{"dev", "--json", "--functions", functions, "--listen", "127.0.0.1:0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			temporary := t.TempDir()
			h = h.with("TMPDIR="+temporary, "TMP="+temporary)
			cmd := h.command(t, tc.args...)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			_, err = bufio.NewReaderSize(out, 16).ReadString('\n')
			require.NoError(t, err)
			require.NoError(t, out.Close())
			if tc.name == "dev" {
				h.must(t, "send", "TranscodeComplete", "--via", "topic") // it prints a line about this
			}
			require.Error(t, cmd.Wait())
			require.Equal(t, 1, cmd.ProcessState.ExitCode())
			require.Empty(t, children(t, cmd.Process.Pid))
			files, err := filepath.Glob(filepath.Join(temporary, "vodctl-*"))
			require.NoError(t, err)
			require.Empty(t, files)
		})
	}
}
