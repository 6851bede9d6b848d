package functions_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestCallbacks plays the life of a video through the HTTP function under both
// platforms: every event is a row, and all of them are the state of the medium.
func TestCallbacks(t *testing.T) {
	t.Parallel()
	for runtime, front := range fronts {
		t.Run(runtime.String(), func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			pool := start(t, "http", emulator.Function{Runtime: runtime, Env: db.settings()})
			url := serve(t, front(pool))
			life := vodtest.Life()
			for _, body := range life {
				r := post(t, sender(url), body)
				require.Equal(t, reply{Status: 200, ID: idOf(t, body), Outcome: "new"}, r)
				stored := db.rows(t)[r.ID]
				require.Equal(t, string(body), string(stored.Body), "the body is kept as it came")
				require.Equal(t, store.SourceHTTP, stored.Source)
				require.NotEmpty(t, stored.SourceID)
				require.Equal(t, reply{Status: 200, ID: r.ID, Outcome: "known"}, post(t, sender(url), body))
			}
			require.Len(t, db.rows(t), len(life))
			e, err := vod.Parse(life[0])
			require.NoError(t, err)
			videos, err := db.Media(t.Context(), store.MediaQuery{IDs: []string{e.Head().Subject}})
			require.NoError(t, err)
			require.Len(t, videos, 1)
			require.Equal(t, media.Playable, videos[0].State)
			require.NotEmpty(t, videos[0].Title)
			require.Equal(t, 1, pool.Counts().ColdStarts)
			require.Zero(t, pool.Counts().Failures())
		})
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	url := serve(t, start(t, "http", emulator.Function{Env: db.settings()}).HTTPTrigger())
	body := vodtest.NewEvent(vod.TypeFileUploadComplete)
	at := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	for _, tc := range []struct {
		name    string
		sender  func(*vodtest.Sender)
		body    []byte
		status  int
		outcome string
		problem string
	}{
		{name: "garbage that is signed is kept", body: []byte("{broken"), status: 200, outcome: "dead_letter"},
		{name: "so is another product's event", body: []byte(`{"EventType":"FileUploadComplete","UserId":1,"MessageBody":{}}`), status: 200, outcome: "dead_letter"},
		{name: "no signature", sender: func(s *vodtest.Sender) { s.Key = "" }, status: 401, problem: "not signed"},
		{name: "wrong key", sender: func(s *vodtest.Sender) { s.Key = "Forged1" }, status: 401, problem: "signature"},
		{name: "wrong URL", sender: func(s *vodtest.Sender) { s.SignedURL = callbackURL + "/" }, status: 401, problem: "signature"},
		{name: "ten minutes late", sender: func(s *vodtest.Sender) { s.Now = at(-10 * time.Minute) }, status: 401, problem: "tolerance"},
		{name: "ten minutes early", sender: func(s *vodtest.Sender) { s.Now = at(10 * time.Minute) }, status: 401, problem: "tolerance"},
		{name: "the key that is being rotated out", sender: func(s *vodtest.Sender) { s.Key = oldKey }, body: vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(2)), status: 200, outcome: "new"},
		{name: "the other URL", sender: func(s *vodtest.Sender) { s.SignedURL = "https://other.example/x" }, body: vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(3)), status: 200, outcome: "new"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := sender(url)
			if tc.sender != nil {
				tc.sender(s)
			}
			if tc.body == nil {
				tc.body = body
			}
			r := post(t, s, tc.body)
			require.Equal(t, tc.status, r.Status, r.Error)
			require.Equal(t, tc.outcome, r.Outcome)
			require.Contains(t, r.Error, tc.problem)
			if tc.status != 200 {
				require.NotContains(t, db.rows(t), idOf(t, tc.body), "what is refused is not stored")
			}
		})
	}
	t.Run("GET", func(t *testing.T) {
		t.Parallel()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
	})
}

// A function that is not configured must not end: the platform would answer 200
// in its place.
func TestWrongSettingsAreAnswered503(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	for name, env := range map[string][]string{
		"nothing":           nil,
		"no key":            {"VOD_STORE=sqlite:" + db.path + "?local=true"},
		"unknown store":     db.settings("VOD_STORE=oracle://user:s3cret@db/vod"),
		"SQLite on FC":      db.settings("VOD_STORE=sqlite:" + db.path),
		"budget":            db.settings("VOD_BUDGET=s3cret"),
		"store without end": db.settings("VOD_STORE=sqlite:/nowhere/vod.db?local=true", "VOD_BUDGET=1s"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := start(t, "http", emulator.Function{Env: env})
			r := post(t, sender(serve(t, pool.HTTPTrigger())), vodtest.NewEvent(vod.TypeFileUploadComplete))
			require.Equal(t, 503, r.Status)
			require.NotContains(t, r.Error, "s3cret")
			require.Zero(t, pool.Counts().Failures())
			require.Equal(t, 1, pool.Counts().ColdStarts)
		})
	}
}

func TestAStoreThatIsLockedIsAnsweredInTime(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	url := serve(t, start(t, "http", emulator.Function{Env: db.settings("VOD_BUDGET=1s")}).HTTPTrigger())
	body := vodtest.NewEvent(vod.TypeFileUploadComplete)

	release := lock(t, db.path)
	r := post(t, sender(url), body)
	require.Equal(t, 503, r.Status)
	require.Contains(t, r.Error, "not stored")

	release()
	require.Equal(t, 200, post(t, sender(url), body).Status, "it recovers by itself")
}

// A store that is away for more than a second, and then comes back within the
// budget, costs nobody an attempt.
func TestAStoreThatComesBackIsUsed(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	out := &output{}
	url := serve(t, start(t, "http", emulator.Function{Env: db.settings("LOG_LEVEL=debug"), Output: out}).HTTPTrigger())
	body := vodtest.NewEvent(vod.TypeFileUploadComplete)
	answer := posting(t, sender(url), body)
	out.await(t, notTaken, 9)
	require.NoError(t, db.migrate(t.Context()))
	require.Equal(t, reply{Status: 200, ID: idOf(t, body), Outcome: "new"}, answer())
}

// notTaken is what a function logs before each further try to store something.
const notTaken = "store did not take it, trying again"

// TestOneRow sends the same event a hundred times at once through both functions,
// in as many forms as JSON allows.
func TestOneRow(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	const instances = 8
	url := serve(t, start(t, "http", emulator.Function{Env: db.settings(), Instances: instances}).HTTPTrigger())
	mns := start(t, "mns", emulator.Function{Env: db.settings(), Instances: instances, Async: emulator.Async{RetryDelay: time.Millisecond}})
	topic := mns.Topic(emulator.TopicTrigger{Format: emulator.JSON})
	body := vodtest.NewEvent(vod.TypeTranscodeComplete)

	var created atomic.Int32
	var senders sync.WaitGroup
	for i := range 100 {
		form := rewrite(t, body, i)
		senders.Go(func() {
			if i%2 == 0 {
				if _, err := topic.Publish(t.Context(), string(form), nil); err != nil {
					t.Error(err)
				}
				return
			}
			s := sender(url)
			s.Attempts, s.Interval = 1000, time.Millisecond // 429 from the platform is not what is tested
			res, err := s.Send(t.Context(), form)
			if err != nil || !res.Acknowledged || res.PlatformError != "" {
				t.Errorf("%+v %v", res, err)
				return
			}
			if strings.Contains(string(res.Attempts[len(res.Attempts)-1].Body), `"new"`) {
				created.Add(1)
			}
		})
	}
	senders.Wait()
	require.NoError(t, mns.Drain(t.Context()))
	require.Zero(t, mns.Counts().DeadLetters)
	require.LessOrEqual(t, created.Load(), int32(1), "one at most is told that it is new")
	rows := db.rows(t)
	require.Len(t, rows, 1)
	require.Contains(t, rows, idOf(t, body))
}

// rewrite writes the same JSON value in other words: members in another order,
// other white space, other forms of numbers.
func rewrite(t *testing.T, body []byte, seed int) []byte {
	t.Helper()
	if seed == 0 {
		return body
	}
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	var out strings.Builder
	var write func(any)
	space := func() { out.WriteString([]string{"", " ", "\n\t"}[rng.IntN(3)]) }
	write = func(v any) {
		space()
		switch v := v.(type) {
		case map[string]any:
			names := make([]string, 0, len(v))
			for name := range v {
				names = append(names, name) // in random order
			}
			out.WriteByte('{')
			for i, name := range names {
				if i > 0 {
					out.WriteByte(',')
				}
				write(name)
				out.WriteByte(':')
				write(v[name])
			}
			out.WriteByte('}')
		case []any:
			out.WriteByte('[')
			for i, item := range v {
				if i > 0 {
					out.WriteByte(',')
				}
				write(item)
			}
			out.WriteByte(']')
		case json.Number:
			out.WriteString(v.String() + []string{"", "e0", "E+00"}[rng.IntN(3)])
		default:
			data, err := json.Marshal(v)
			require.NoError(t, err)
			out.Write(data)
		}
		space()
	}
	write(v)
	return []byte(out.String())
}
