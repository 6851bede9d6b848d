package functions_test

import (
	"bytes"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// newKey is what VOD signs with after a rotation.
const newKey = "Yd6mBt0Hc4"

// TestSignatures holds what is taken for VOD's and what is not, where the function
// runs: the platforms hand headers over in ways of their own. What is refused leaves
// no trace.
func TestSignatures(t *testing.T) {
	t.Parallel()
	const timestamp, signature = "X-Vod-Timestamp", "X-Vod-Signature"
	now := time.Now()
	good := func(k string) string { return vod.Sign(callbackURL, k, now).Get(signature) }
	for place, front := range map[string]func(*testing.T, database) string{
		"FC": func(t *testing.T, db database) string {
			t.Helper()
			return serve(t, start(t, "http", emulator.Function{Env: db.settings()}).HTTPTrigger())
		},
		"Lambda": func(t *testing.T, db database) string {
			t.Helper()
			return serve(t, start(t, "http", emulator.Function{Runtime: emulator.Lambda, Env: db.settings()}).FunctionURL())
		},
		"custom runtime": func(t *testing.T, db database) string {
			t.Helper()
			return serve(t, start(t, "http", emulator.Function{Runtime: emulator.CustomRuntime, Env: db.settings()}).HTTPTrigger())
		},
		"server": func(t *testing.T, db database) string { t.Helper(); return startServer(t, "http", db).url },
	} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			url := front(t, db)
			taken := 0
			for i, tc := range []struct {
				name    string
				change  func(http.Header)
				problem string // empty: it is taken
			}{
				{name: "as it should be"},
				{name: "upper case", change: func(h http.Header) { h.Set(signature, strings.ToUpper(good(key))) }},
				{name: "the old key", change: func(h http.Header) { h.Set(signature, good(oldKey)) }},
				{name: "headers in VOD's spelling", change: func(h http.Header) {
					h["X-VOD-TIMESTAMP"], h["X-VOD-SIGNATURE"] = h[timestamp], h[signature]
					h.Del(timestamp)
					h.Del(signature)
				}},
				{name: "headers in lower case", change: func(h http.Header) {
					h["x-vod-timestamp"], h["x-vod-signature"] = h[timestamp], h[signature]
					h.Del(timestamp)
					h.Del(signature)
				}},
				{name: "blanks around", change: func(h http.Header) { h.Set(signature, "  "+good(key)+"\t") }},

				{name: "none", change: func(h http.Header) { h.Del(timestamp); h.Del(signature) }, problem: "not signed"},
				{name: "no signature", change: func(h http.Header) { h.Del(signature) }, problem: "not signed"},
				{name: "no timestamp", change: func(h http.Header) { h.Del(timestamp) }, problem: "not signed"},
				{name: "empty", change: func(h http.Header) { h.Set(signature, "") }, problem: "not signed"},
				{name: "both empty", change: func(h http.Header) { h.Set(signature, ""); h.Set(timestamp, "") }, problem: "not signed"},
				{name: "cut off", change: func(h http.Header) { h.Set(signature, good(key)[:31]) }, problem: "signature"},
				{name: "half", change: func(h http.Header) { h.Set(signature, good(key)[:16]) }, problem: "signature"},
				{name: "too long", change: func(h http.Header) { h.Set(signature, good(key)+"00") }, problem: "signature"},
				{name: "much too long", change: func(h http.Header) { h.Set(signature, strings.Repeat(good(key), 100)) }, problem: "signature"},
				{name: "no digits", change: func(h http.Header) { h.Set(signature, strings.Repeat("z", 32)) }, problem: "signature"},
				{name: "not ASCII", change: func(h http.Header) { h.Set(signature, strings.Repeat("é", 16)) }, problem: "signature"},
				{name: "zeros", change: func(h http.Header) { h.Set(signature, strings.Repeat("0", 32)) }, problem: "signature"},
				{name: "one digit is another", change: func(h http.Header) {
					last := map[bool]string{true: "1", false: "0"}[strings.HasSuffix(good(key), "0")]
					h.Set(signature, good(key)[:31]+last)
				}, problem: "signature"},
				{name: "another key", change: func(h http.Header) { h.Set(signature, good(newKey)) }, problem: "signature"},
				{name: "no key", change: func(h http.Header) { h.Set(signature, good("")) }, problem: "signature"},
				{name: "both keys as one", change: func(h http.Header) { h.Set(signature, good(key+" "+oldKey)) }, problem: "signature"},
				{name: "of another second", change: func(h http.Header) {
					h.Set(signature, vod.Sign(callbackURL, key, now.Add(-time.Second)).Get(signature))
				}, problem: "signature"},
				{name: "twice", change: func(h http.Header) { h.Add(signature, good(key)) }, problem: "signature"},
				{name: "a right one behind a wrong one", change: func(h http.Header) {
					h[signature] = []string{strings.Repeat("0", 32), good(key)}
				}, problem: "signature"},
				{name: "a time that is none", change: func(h http.Header) { h.Set(timestamp, "now") }, problem: "signature"},
				{name: "replayed after an hour", change: func(h http.Header) {
					maps.Copy(h, vod.Sign(callbackURL, key, now.Add(-time.Hour)))
				}, problem: "tolerance"},
			} {
				h := vod.Sign(callbackURL, key, now)
				if tc.change != nil {
					tc.change(h)
				}
				r := postWith(t, url, h, upload(i))
				if tc.problem == "" {
					require.Equal(t, reply{Status: 200, ID: idOf(t, upload(i)), Outcome: "new"}, r, tc.name)
					taken++
					continue
				}
				require.Equal(t, 401, r.Status, tc.name)
				require.Contains(t, r.Error, tc.problem, tc.name)
				require.Zero(t, r.ID, tc.name)
				require.NotContains(t, r.Error, good(key), "it does not say what would be right")
				require.Equal(t, 401, postWith(t, url, h, []byte("{broken")).Status, "garbage, too")
			}
			require.Len(t, db.rows(t), taken)
			letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
			require.NoError(t, err)
			require.Empty(t, letters)
		})
	}
}

// TestSignedURLs: VOD signs the text of the address that is configured in it, whatever
// gateways make of the request on its way.
func TestSignedURLs(t *testing.T) {
	t.Parallel()
	configured := []string{
		"https://hooks.harbor-media.example/vod/events",
		"https://slash.harbor-media.example/vod/",
		"https://query.harbor-media.example/vod?tenant=blue&v=2",
		"https://port.harbor-media.example:8443/vod",
		"https://xn--hfen-moa.example/vod",
		"https://Case.Harbor-Media.example/VOD",
		"http://plain.harbor-media.example/vod",
		"https://escaped.harbor-media.example/a%2Fb",
		"https://bare.harbor-media.example",
		"https://user:word@login.harbor-media.example/vod",
	}
	db := newDatabase(t)
	url := serve(t, start(t, "http", emulator.Function{
		Env: db.settings("VOD_CALLBACK_URL=" + strings.Join(configured, " \n")),
	}).HTTPTrigger())
	n := 0
	status := func(signed, path string, header ...string) int {
		n++
		h := vod.Sign(signed, key, time.Now())
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return postWith(t, strings.TrimSuffix(url, "/vod/events")+path, h, upload(n)).Status
	}
	for _, text := range configured {
		require.Equal(t, 200, status(text, "/vod/events"), text)
		require.Equal(t, 401, status(text+"/", "/vod/events"), text)
		require.Equal(t, 401, status(text+"#", "/vod/events"), text)
		require.Equal(t, 401, status(" "+text, "/vod/events"), text)
	}
	for _, other := range []string{
		"", "https://other.example/",
		"http://hooks.harbor-media.example/vod/events",
		"https://hooks.harbor-media.example:443/vod/events",
		"HTTPS://hooks.harbor-media.example/vod/events",
		"https://Hooks.harbor-media.example/vod/events",
		"https://hooks.harbor-media.example/vod/events?",
		"https://hooks.harbor-media.example/vod/Events",
		"https://slash.harbor-media.example/vod",
		"https://query.harbor-media.example/vod",
		"https://query.harbor-media.example/vod?v=2&tenant=blue",
		"https://port.harbor-media.example/vod",
		"https://häfen.example/vod",
		"https://case.harbor-media.example/VOD",
		"https://escaped.harbor-media.example/a%2fb",
		"https://escaped.harbor-media.example/a/b",
		"https://bare.harbor-media.example/",
		"https://login.harbor-media.example/vod",
		strings.Join(configured, " "),
	} {
		require.Equal(t, 401, status(other, "/vod/events"), other)
	}
	// Where it arrives does not matter.
	for _, path := range []string{"", "/", "/internal/vod-http?stage=prod", "/a%2fb/../c", "//"} {
		require.Equal(t, 200, status(configured[0], path), path)
		require.Equal(t, 200, status(configured[2], path), path)
	}
	for _, header := range [][]string{
		{"Host", "HOOKS.Harbor-Media.EXAMPLE"},
		{"Host", "10.0.0.7:9000"},
		{"Host", "gateway.internal", "X-Forwarded-Host", "elsewhere.example", "X-Forwarded-Proto", "http", "X-Original-Url", "/x"},
		{"Forwarded", "for=192.0.2.60;proto=http;host=elsewhere.example", "Via", "1.1 gateway"},
	} {
		require.Equal(t, 200, status(configured[0], "/", header...), header)
	}
}

// TestKeyRotation changes the key under load: first the function learns the new one,
// then VOD signs with it, then the function forgets the old one. Nobody is refused.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	const senders, each = 4, 15
	deploy := func(keys string) (http.Handler, *output) {
		out := &output{}
		return start(t, "http", emulator.Function{Env: db.settings("VOD_AUTH_KEY=" + keys), Instances: senders, Output: out}).HTTPTrigger(), out
	}
	before, _ := deploy(oldKey)
	between, log := deploy(newKey + " " + oldKey)
	after, quiet := deploy(newKey)
	steps := []struct {
		function http.Handler
		key      string
	}{{before, oldKey}, {between, oldKey}, {between, newKey}, {after, newKey}}

	var function atomic.Value // of http.Handler
	function.Store(http.HandlerFunc(before.ServeHTTP))
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		current, _ := function.Load().(http.HandlerFunc)
		current(w, r)
	}))
	var step atomic.Int32
	var stop atomic.Bool
	answered := make(chan int, 1<<20) // by step
	var wg sync.WaitGroup
	for w := range senders {
		wg.Go(func() {
			for n := 0; !stop.Load(); n++ {
				i := int(step.Load())
				s := sender(url)
				s.Key = steps[i].key
				if a := attempt(t.Context(), s, upload(w+n*senders)); a.Status != http.StatusOK || a.Header.Get("X-Fc-Error-Type") != "" {
					t.Errorf("step %d: answered %d: %s %v", i, a.Status, a.Body, a.Err)
					answered <- -1
					return
				}
				answered <- i*senders + w
			}
		})
	}
	defer wg.Wait()
	defer stop.Store(true)
	total := 0
	for i, s := range steps {
		// The function is there before VOD signs for it.
		function.Store(http.HandlerFunc(s.function.ServeHTTP))
		step.Store(int32(i))
		var seen [senders]int
		for done := 0; done < senders; {
			got := <-answered
			require.GreaterOrEqual(t, got, 0)
			total++
			if got/senders == i {
				if seen[got%senders]++; seen[got%senders] == each {
					done++
				}
			}
		}
	}
	stop.Store(true)
	wg.Wait()
	require.Len(t, db.rows(t), total+len(answered))
	log.await(t, "old key in use", senders*each)
	stale, _ := quiet.find("old key in use")
	require.Empty(t, stale)
	s := sender(url)
	s.Key = oldKey
	require.Equal(t, 401, post(t, s, upload(1<<20)).Status, "it is forgotten")
}

// TestSignedGarbageIsDurable: what is authentic is acknowledged when it is stored, and
// not before, although it is no event.
func TestSignedGarbageIsDurable(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	url := serve(t, start(t, "http", emulator.Function{Env: db.settings("VOD_BUDGET=1s")}).HTTPTrigger())
	garbage := []byte("{broken")
	letters := func() []store.DeadLetter {
		all, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		return all
	}
	release := lock(t, db.path)
	require.Equal(t, 503, post(t, sender(url), garbage).Status)
	release()
	require.Empty(t, letters())
	require.Equal(t, reply{Status: 200, ID: hostile{body: garbage}.id(), Outcome: "dead_letter"}, post(t, sender(url), garbage))
	require.Len(t, letters(), 1)
	require.Equal(t, garbage, letters()[0].Body)
	require.Empty(t, db.rows(t))
}

// TestForgedRequestsReachNoPlace has neither store nor fallback keep what is forged,
// also when the store is away, and the fallback what is authentic, event or not.
func TestForgedRequestsReachNoPlace(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	second := newSpool(t, filepath.Join(t.TempDir(), "spool"))
	env := db.settings("VOD_BUDGET=1s", second.setting)
	s := sender(serve(t, start(t, "http", emulator.Function{Env: env}).HTTPTrigger()))
	garbage, event := []byte("{broken"), upload(0)

	forger := *s
	forger.Key = "Forged1"
	for _, body := range [][]byte{garbage, event, nil, bytes.Repeat([]byte("x"), 1<<20+1)} {
		require.Equal(t, 401, post(t, &forger, body).Status)
		require.Zero(t, second.waiting(t))
	}
	for i, body := range [][]byte{garbage, event} {
		require.Equal(t, 200, post(t, s, body).Status)
		require.Equal(t, i+1, second.waiting(t), "it is safe before it is acknowledged")
	}

	require.NoError(t, db.migrate(t.Context()))
	timer := start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute})
	redriveUntil(t, timer, func() bool { return second.waiting(t) == 0 })
	require.Len(t, db.rows(t), 1)
	require.Contains(t, db.rows(t), idOf(t, event))
	letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Equal(t, garbage, letters[0].Body)
}
