package dev

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// writer is a function that is written to.
type writer func()

func (w writer) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

// TestAddressIsTakenByOneThatStarts looks while the functions are being built. It is not
// parallel: it changes where the announcements are.
func TestAddressIsTakenByOneThatStarts(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("LocalAppData", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var begun, found []Address
	var second error
	_, err := Start(ctx, Settings{Store: FileStore(filepath.Join(t.TempDir(), "vod.db")), Progress: writer(func() {
		defer cancel()
		if begun, _ = starting.all(); len(begun) == 1 {
			_, second = listen(t.Context(), strings.TrimSuffix(strings.TrimPrefix(begun[0].CallbackURL, "http://"), pathCallback))
		}
		found, _ = All()
	})})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, begun, 1)
	require.Empty(t, begun[0].AuthKey)
	require.ErrorContains(t, second, ") is starting at "+begun[0].CallbackURL+": wait for that one")
	require.Empty(t, found, "nothing can be sent there yet")
	begun, err = starting.all()
	require.NoError(t, err)
	require.Empty(t, begun, "it is withdrawn")
}
