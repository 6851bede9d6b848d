package functions_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// onBoth runs a test in a file and on a server. hold keeps a store from taking
// anything until release is called.
func onBoth(t *testing.T, test func(t *testing.T, db database, hold func() (release func()))) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		db := newDatabase(t)
		test(t, db, func() func() { return lock(t, db.path) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db := newPostgres(t)
		test(t, db, func() func() { return lockPostgres(t, db.url) })
	})
}

// lockPostgres holds the table of events until the returned function is called.
func lockPostgres(t *testing.T, url string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	release = sync.OnceFunc(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	t.Cleanup(release)
	_, err = conn.Exec(t.Context(), "BEGIN; LOCK TABLE vod_events IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	return release
}

// TestARetryWhileTheFirstIsInFlight sends the same event to a second and a third
// instance while the first still waits for the store.
func TestARetryWhileTheFirstIsInFlight(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database, hold func() func()) {
		const attempts = 3
		pool := start(t, "http", emulator.Function{Env: db.settings("VOD_BUDGET=4500ms"), Instances: attempts})
		s := sender(serve(t, pool.HTTPTrigger()))
		s.Timeout = time.Minute // whoever hangs up misses the answer
		body := upload(0)
		release := hold()
		var answers []func() reply
		for i := range attempts {
			answers = append(answers, posting(t, s, body))
			require.Eventually(t, func() bool { return pool.Counts().Invocations > i }, 30*time.Second, time.Millisecond)
		}
		release()
		var outcomes []string
		for _, answer := range answers {
			r := answer()
			require.Contains(t, []int{200, 503}, r.Status) // 503 if this machine was busy elsewhere
			if r.Status == 200 {
				require.Equal(t, idOf(t, body), r.ID)
				outcomes = append(outcomes, r.Outcome)
			}
		}
		news := slices.DeleteFunc(outcomes, func(o string) bool { return o == "known" })
		require.LessOrEqual(t, len(news), 1, "one at most is told that it is new")
		require.Equal(t, 200, post(t, s, body).Status)
		require.Len(t, db.rows(t), 1)
		require.Zero(t, pool.Counts().Failures())
	})
}

// TestOneRowOnAServer is TestOneRow where the instances of both functions have a
// connection each, and nothing but the database to agree by.
func TestOneRowOnAServer(t *testing.T) {
	t.Parallel()
	db := newPostgres(t)
	const instances, copies = 6, 100
	url := serve(t, start(t, "http", emulator.Function{Env: db.settings(), Instances: instances}).HTTPTrigger())
	pool := start(t, "mns", emulator.Function{Env: db.settings(), Instances: instances})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 8, Pushers: 3, Duplicate: 2})
	body := vodtest.NewEvent(vod.TypeStreamTranscodeComplete)
	forms := make([][]byte, copies)
	for i := range forms {
		forms[i] = rewrite(t, body, i)
	}
	var senders sync.WaitGroup
	for i, form := range forms {
		senders.Go(func() {
			if i%2 == 0 {
				if err := queue.Send(string(form), string(body)); err != nil {
					t.Error(err)
				}
				return
			}
			s := sender(url)
			s.Attempts, s.Interval = 1000, time.Millisecond // 429 from the platform is not what is tested
			if res, err := s.Send(t.Context(), form); err != nil || !res.Acknowledged || res.PlatformError != "" {
				t.Errorf("%+v %v", res, err)
			}
		})
	}
	senders.Wait()
	require.NoError(t, queue.Drain(t.Context()))
	require.Zero(t, pool.Counts().Failures())
	rows := db.rows(t)
	require.Len(t, rows, 1)
	require.Contains(t, rows, idOf(t, body))
}

// TestOneEventOrTwo: another spelling is the same event, another value is not.
func TestOneEventOrTwo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database, _ func() func()) {
		s := sender(serve(t, start(t, "http", emulator.Function{Env: db.settings()}).HTTPTrigger()))
		const first = `{"EventType":"StreamTranscodeComplete","EventTime":"2026-02-03T04:15:27Z","VideoId":"v1","JobId":"j1",` +
			`"Definition":"SD","Format":"mp4","Bitrate":"812","Size":1048576,"Status":"success"}`
		require.Equal(t, "new", post(t, s, []byte(first)).Outcome)
		for _, tc := range []struct{ name, body, outcome string }{
			{"again", first, "known"},
			{"in another order", `{"Status":"success","Size":1048576,"Bitrate":"812","Format":"mp4","Definition":"SD","JobId":"j1","VideoId":"v1",` +
				`"EventTime":"2026-02-03T04:15:27Z","EventType":"StreamTranscodeComplete"}`, "known"},
			{"with white space", edit(first, `,`, " ,\r\n\t"), "known"},
			{"with escapes", edit(first, `"mp4"`, `"\u006d\u0070\u0034"`), "known"},
			{"a number in another form", edit(first, `1048576`, `1.048576e6`), "known"},
			{"a member twice", edit(first, `"JobId":"j1"`, `"JobId":"j9","JobId":"j1"`), "known"},
			{"another job", edit(first, `"j1"`, `"j2"`), "new"},
			{"another definition", edit(first, `"SD"`, `"HD"`), "new"},
			{"another format", edit(first, `"mp4"`, `"m3u8"`), "new"},
			{"another case", edit(first, `"mp4"`, `"MP4"`), "new"},
			{"a text in place of a number", edit(first, `1048576`, `"1048576"`), "new"},
			{"a member more", edit(first, `"SD"`, `"SD","New":null`), "new"},
			{"a second later", edit(first, `27Z`, `28Z`), "new"},
		} {
			require.Equal(t, tc.outcome, post(t, s, []byte(tc.body)).Outcome, tc.name)
		}
		require.Len(t, db.rows(t), 1+7)
	})
}

// edit replaces what is there.
func edit(text, old, by string) string {
	if !strings.Contains(text, old) {
		panic("nothing to edit: " + old) // a mistake in the test
	}
	return strings.ReplaceAll(text, old, by)
}
