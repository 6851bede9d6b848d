package functions_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

// TestChaosSinks loads the functions while two receivers of copies are away, one of them
// in silence. VOD is answered as ever, and the third gets everything; the others do
// when they are back.
func TestChaosSinks(t *testing.T) {
	t.Parallel()
	silent, broken, well := newReceiver(t), newReceiver(t), newReceiver(t)
	release := make(chan struct{})
	silent.answers(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	broken.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	b := newBench(t, newDatabase(t), spool{}, sinks(silent.sink("silent"), broken.sink("broken"), well.sink("well")), secretSetting)
	b.await(t, 50)
	o := b.settle(t)
	require.Zero(t, o.discarded)
	require.Equal(t, o.acknowledged, o.stored)
	b.until(t, func() bool { return len(well.got()) == o.stored })
	require.Empty(t, silent.got())
	require.Empty(t, broken.got())

	silent.answers(nil)
	broken.answers(nil)
	close(release)
	b.until(t, func() bool {
		for _, name := range []string{"silent", "broken", "well"} {
			hasten(t, b.db, name) // else they rest for longer each time
		}
		return states(t, b.db)[store.Delivered] == 3*o.stored
	})
	for name, r := range map[string]*receiver{"silent": silent, "broken": broken, "well": well} {
		require.Len(t, r.got(), o.stored)
		copies := 0
		for _, n := range r.got() {
			copies += n
		}
		// Webhooks come at least once: again if a starved machine made an answer late.
		t.Logf("%s: %d copies of %d events", name, copies, o.stored)
	}
}
