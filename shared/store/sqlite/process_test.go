package sqlite_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// With -commit-to this test binary is another process that uses the database.
var (
	commitTo    = flag.String("commit-to", "", "instead of testing, commit events to the store with this `URL`")
	commitTimes = flag.Int("commit-times", -1, "after so many commits wait for the end of the standard input; -1: never")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *commitTo == "" {
		os.Exit(m.Run())
	}
	if err := commitAway(context.Background(), *commitTo, *commitTimes, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// commitAway commits batches of new events, and writes the ids of each batch when
// it is committed.
func commitAway(ctx context.Context, rawURL string, times int, out io.Writer) error {
	s, err := store.Open(rawURL)
	if err != nil {
		return err
	}
	if m, ok := s.(store.Migrator); ok {
		if err := m.Migrate(ctx); err != nil {
			return err
		}
	}
	for n := 0; n != times; n++ {
		var batch []store.Record
		for range 3 {
			var id vod.ID
			_, _ = rand.Read(id[:]) // never fails
			batch = append(batch, event(id))
		}
		if _, err := s.Commit(ctx, batch); err != nil {
			return err
		}
		for _, r := range batch {
			fmt.Fprintln(out, hex.EncodeToString(r.ID[:]))
		}
	}
	return nil
}

// process is another process that commits.
type process struct {
	cmd *exec.Cmd
	ids *bufio.Scanner // those that it has committed
}

func startProcess(t *testing.T, args ...string) process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Stderr = os.Stderr
	_, err = cmd.StdinPipe() // its end is ours
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return process{cmd: cmd, ids: bufio.NewScanner(out)}
}

// read returns the next ids, or all up to the end if n is negative.
func (p process) read(t *testing.T, n int) []vod.ID {
	t.Helper()
	var ids []vod.ID
	for n < 0 || len(ids) < n {
		if !p.ids.Scan() {
			require.NoError(t, p.ids.Err())
			require.Negative(t, n, "it ended too early")
			return ids
		}
		b, err := hex.DecodeString(p.ids.Text())
		require.NoError(t, err)
		ids = append(ids, vod.ID(b))
	}
	return ids
}

// kill ends the process as kill -9 does and returns what else it had committed.
func (p process) kill(t *testing.T) []vod.ID {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	ids := p.read(t, -1)
	require.Error(t, p.cmd.Wait(), "it was killed")
	return ids
}

func TestKilled(t *testing.T) {
	t.Parallel()
	url := newURL(t)
	var committed []vod.ID
	for range 3 { // the first two processes make the tables, at once
		a := startProcess(t, "-commit-to="+url)
		b := startProcess(t, "-commit-to="+url)
		committed = append(committed, a.read(t, 60)...)
		committed = append(committed, b.read(t, 60)...)
		committed = append(committed, a.kill(t)...)
		committed = append(committed, b.kill(t)...)
	}

	s := open(t, url)
	for _, id := range committed {
		events, err := s.Events(t.Context(), store.EventQuery{IDs: []vod.ID{id}})
		require.NoError(t, err)
		require.Len(t, events, 1, "acknowledged, so it is there")
	}
	db := raw(t, url)
	var health string
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&health))
	require.Equal(t, "ok", health)
	var events, facts, deliveries int
	require.NoError(t, db.QueryRowContext(t.Context(),
		"SELECT (SELECT count(*) FROM vod_events), (SELECT count(*) FROM vod_facts), (SELECT count(*) FROM vod_deliveries)").
		Scan(&events, &facts, &deliveries))
	require.GreaterOrEqual(t, events, len(committed))
	require.Zero(t, events%3, "batches are whole")
	require.Equal(t, events, facts, "and so are events")
	require.Equal(t, events, deliveries)
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{1})))
}
