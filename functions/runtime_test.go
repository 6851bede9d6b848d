package functions_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// An invocation is found again in the log by the id that the platform gave it.
func TestLogLinesCarryTheRequestID(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		runtime emulator.Runtime
		front   func(*emulator.Pool) http.Handler
		header  string // in which the platform tells the caller the id
	}{
		{emulator.FunctionCompute, (*emulator.Pool).HTTPTrigger, "X-Fc-Request-Id"},
		{emulator.Lambda, (*emulator.Pool).FunctionURL, "X-Amzn-Requestid"},
		{emulator.CustomRuntime, (*emulator.Pool).HTTPTrigger, "X-Fc-Request-Id"},
	} {
		t.Run(tc.runtime.String(), func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			body := vodtest.NewEvent(vod.TypeFileUploadComplete)

			out := &output{}
			pool := start(t, "http", emulator.Function{Runtime: tc.runtime, Env: db.settings(), Output: out})
			a := attempt(t.Context(), sender(serve(t, tc.front(pool))), body)
			require.Equal(t, "new", answerOf(t, a).Outcome)
			id := a.Header.Get(tc.header)
			require.NotEmpty(t, id)
			require.Equal(t, []logLine{{Msg: "event", Outcome: "new", RequestID: id, SourceID: id}}, out.await(t, "event", 1))
			require.Equal(t, id, db.rows(t)[idOf(t, body)].SourceID)

			out = &output{}
			pool = start(t, "mns", emulator.Function{Runtime: tc.runtime, Env: db.settings(), Output: out})
			res, err := pool.Invoke(t.Context(), body)
			require.NoError(t, err)
			require.NoError(t, res.Err())
			require.Equal(t, []logLine{{Msg: "event", Outcome: "known", RequestID: res.RequestID}}, out.await(t, "event", 1))
		})
	}
}

// The SDK of Function Compute talks to its runtime by Go's default transport,
// which would open a connection for many an invocation and ask any proxy that the
// environment names, for what is on the same machine.
func TestTheRuntimeIsAskedDirectlyAndOverTheSameConnections(t *testing.T) {
	t.Parallel()
	const closed = "http://127.0.0.1:1"
	env := []string{"HTTP_PROXY=" + closed, "http_proxy=" + closed, "HTTPS_PROXY=" + closed, "https_proxy=" + closed}
	for _, name := range []string{"http", "mns"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := start(t, name, emulator.Function{Env: newDatabase(t).settings(env...)})
			for range 200 {
				res, err := pool.Invoke(t.Context(), []byte(`{"triggerTime":"2026-02-03T04:12:00Z","triggerName":"tick"}`))
				require.NoError(t, err)
				require.NoError(t, res.Err())
			}
			require.Len(t, pool.Instances(), 1)
			require.LessOrEqual(t, pool.Instances()[0].Connections, 10)
		})
	}
}
