package functions_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// The role of a function is all the credentials that Tablestore needs. They are new
// with every invocation, and the last ones are good no more.
func TestTablestore(t *testing.T) {
	t.Parallel()
	for _, runtime := range []emulator.Runtime{emulator.FunctionCompute, emulator.CustomRuntime} {
		t.Run(runtime.String(), func(t *testing.T) {
			t.Parallel()
			testTablestore(t, runtime)
		})
	}
}

func testTablestore(t *testing.T, runtime emulator.Runtime) {
	t.Helper()
	server, err := tablestore.Start(tablestore.Options{})
	require.NoError(t, err)
	t.Cleanup(server.Close)
	var mu sync.Mutex
	last := map[string]string{}
	role := func(function string) func() emulator.Credentials {
		return func() emulator.Credentials {
			mu.Lock()
			defer mu.Unlock()
			server.Revoke(last[function])
			c := server.Issue(time.Minute)
			last[function] = c.AccessKeyID
			return emulator.Credentials(c)
		}
	}
	db := openDatabase(t, "tablestore://"+server.Endpoint[len("http://"):]+"/"+server.Instance)
	crm := newReceiver(t)
	env := db.settings(sinks(crm.sink("crm")), secretSetting)
	operator := start(t, "mns", emulator.Function{Runtime: runtime, Env: env, Instances: 1, Credentials: role("mns")})
	res, err := operator.Invoke(t.Context(), []byte(`{"operation":"migrate"}`))
	require.NoError(t, err)
	require.NoError(t, res.Err())

	s := sender(serve(t, start(t, "http", emulator.Function{Runtime: runtime, Env: env, Instances: 1, Credentials: role("http")}).HTTPTrigger()))
	life := vodtest.Life()
	for _, body := range life {
		require.Equal(t, "new", post(t, s, body).Outcome)
		require.Equal(t, "known", post(t, s, body).Outcome)
	}
	redriveUntil(t, operator, func() bool { return len(crm.got()) == len(life) })

	ctx := alicloud.With(t.Context(), alicloud.Credentials{AccessKeyID: server.AccessKeyID, AccessKeySecret: server.AccessKeySecret})
	requireEvents(ctx, t, db, len(life))
}

// requireEvents checks how many events there are.
func requireEvents(ctx context.Context, t *testing.T, db database, n int) {
	t.Helper()
	events, err := db.Events(ctx, store.EventQuery{Limit: n + 1})
	require.NoError(t, err)
	require.Len(t, events, n)
}
