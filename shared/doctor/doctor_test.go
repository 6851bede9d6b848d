package doctor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/doctor"
	_ "github.com/vodevents/vodevents/shared/fallback/all"
	_ "github.com/vodevents/vodevents/shared/sink/all"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/all"
	"github.com/vodevents/vodevents/shared/vod"
)

// secret is the text that stands wherever a secret can stand, and that nothing may hold.
const secret = "C0rrecthorse"

// surroundings are a set-up on this machine of which everything works.
type surroundings struct {
	*emulator.Server

	host     string
	store    string
	settings map[string]string
}

func start(t *testing.T) *surroundings {
	t.Helper()
	s := &surroundings{Server: emulator.New(emulator.Key{ID: "id", Secret: secret})}
	loopback := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		loopback.Close()
	})
	s.host = loopback.Listener.Addr().String()
	for _, name := range []string{"fallback", "dead-letters", "crm"} {
		s.CreateQueue(name, emulator.QueueSettings{Retention: 7 * 24 * time.Hour})
	}
	s.CreateTopic("vod-events")
	s.store = "sqlite:" + filepath.ToSlash(filepath.Join(t.TempDir(), "vod.db"))
	opened := open(t, s.store)
	m, ok := opened.(store.Migrator)
	require.True(t, ok)
	require.NoError(t, m.Migrate(t.Context()))
	s.settings = map[string]string{
		"VOD_STORE": s.store, "VOD_SINKS": s.url("queues/crm") + "#name=crm", "VOD_TOPIC": s.url("topics/vod-events"),
		"VOD_FALLBACK": s.url("queues/fallback"), "VOD_DEAD_LETTER_QUEUE": s.url("queues/dead-letters"),
		"VOD_CALLBACK_URL": "https://hooks.example.com/vod/" + secret, "VOD_AUTH_KEY": secret + "1",
		"VOD_WEBHOOK_SECRET": "whsec_" + strings.Repeat(secret, 4),
	}
	return s
}

func open(t *testing.T, url string) store.Store {
	t.Helper()
	s, err := store.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func (s *surroundings) url(path string) string {
	return "mns://id:" + secret + "@" + s.host + "/1234.mns.cn-shanghai.aliyuncs.com/" + path + "?http=true"
}

// with returns the settings with some changes; an empty value takes a setting away.
func (s *surroundings) with(changes ...string) func(string) string {
	changed := map[string]string{}
	for i := 0; i < len(changes); i += 2 {
		changed[changes[i]] = changes[i+1]
	}
	return func(name string) string {
		if value, ok := changed[name]; ok {
			return value
		}
		return s.settings[name]
	}
}

// commit commits records to the store, past the functions.
func (s *surroundings) commit(t *testing.T, records ...store.Record) {
	t.Helper()
	outcomes, err := open(t, s.store).Commit(t.Context(), records)
	require.NoError(t, err)
	for _, o := range outcomes {
		require.NoError(t, o.Err)
	}
}

// tick notes that a function has the sinks.
func (s *surroundings) tick(t *testing.T, names ...string) {
	t.Helper()
	box, ok := open(t, s.store).(store.Outbox)
	require.True(t, ok)
	require.NoError(t, box.Seen(t.Context(), names...))
}

// examine examines, and requires that no secret is in what comes out.
func examine(t *testing.T, s doctor.Subject) doctor.Report {
	t.Helper()
	report := doctor.Examine(t.Context(), s)
	text, err := json.Marshal(report)
	require.NoError(t, err)
	require.NotContains(t, strings.ToLower(string(text)), strings.ToLower(secret))
	for _, f := range report.Findings {
		require.NotEmpty(t, f.Check)
		require.NotEmpty(t, f.Detail)
	}
	return report
}

// of returns the findings of a check as "verdict: detail", one on each line.
func of(r doctor.Report, check string) string {
	var lines []string
	for _, f := range r.Findings {
		if f.Check == check {
			lines = append(lines, fmt.Sprintf("%s: %s", f.Verdict, f.Detail))
		}
	}
	return strings.Join(lines, "\n")
}

func TestAllIsWell(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.tick(t, "crm")
	report := examine(t, doctor.Subject{Getenv: s.with(), Environ: []string{"VOD_STORE=x", "PATH=y"}, Region: "cn-shanghai"})
	require.Zero(t, report.Count(doctor.Fail), "%+v", report.Findings)
	require.Zero(t, report.Count(doctor.Warn), "%+v", report.Findings)
	for check, want := range map[string]string{
		"settings":          "ok: 8 are set, all of them can be read",
		"signature":         "ok: checked with 1 of VOD_AUTH_KEY and 1 of VOD_CALLBACK_URL, 5m0s either way",
		"places":            "ok: each queue and topic serves one purpose, and all 4 are in cn-shanghai",
		"fallback":          "ok: it can be used, and nothing waits there",
		"dead-letter queue": "ok: it can be used, and nothing waits there",
		"topic":             "ok: it can be reached",
		"sink crm":          "ok: it can be reached",
		"deliveries":        "ok: nothing is owed to sinks, and nothing was given up",
		"dead letters":      "ok: everything that came in could be read",
		"clock":             "skipped: there is no store with a clock of its own to compare with",
	} {
		require.Equal(t, want, of(report, check))
	}
	require.Contains(t, of(report, "store"), "ok: a durable commit takes ")
	require.Contains(t, of(report, "timer"), "ok: it ticked ")
	require.Contains(t, of(report, "outage"), "ok: a store that is away for 10s costs no event")
	r, ok := open(t, s.store).(store.Reader)
	require.True(t, ok)
	left, err := r.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	require.Empty(t, left, "what was committed to try the store is gone")
}

func TestBroken(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.tick(t, "crm")
	nobody := closedPort(t)
	for _, tc := range []struct {
		name    string
		changes []string
		subject doctor.Subject
		check   string
		want    string // verdict and detail, or a part of it
	}{
		{name: "no store", changes: []string{"VOD_STORE", ""}, check: "settings", want: "fail: VOD_STORE is not set"},
		{name: "unknown parameter", changes: []string{"VOD_STORE", "postgres://u:" + secret + "@db.example.com/vod?sslmod=" + secret}, check: "settings", want: "fail: VOD_STORE: postgres"},
		{name: "two wrong sinks", changes: []string{"VOD_SINKS", "https://a.example.com/" + secret + " redis://x:" + secret + "@y#nam=" + secret}, check: "settings", want: "\nfail: VOD_SINKS: sink 2: "},
		{name: "fallback that holds nothing", changes: []string{"VOD_FALLBACK", s.url("topics/vod-events")}, check: "settings", want: "fail: VOD_FALLBACK: mns: URL: a topic passes messages on"},
		{name: "budget", changes: []string{"VOD_BUDGET", "6s"}, check: "settings", want: "fail: VOD_BUDGET must be from 1s to 4.5s"},
		{name: "misspelt", subject: doctor.Subject{Environ: []string{"VOD_SINK=" + secret}}, check: "settings", want: "warn: VOD_SINK is no setting; did you mean it?"},
		{name: "no key", changes: []string{"VOD_AUTH_KEY", ""}, check: "signature", want: "fail: VOD_AUTH_KEY is not set"},
		{name: "long key", changes: []string{"VOD_AUTH_KEY", secret + " " + secret + strings.Repeat("a", 21)}, check: "signature", want: "warn: VOD_AUTH_KEY 2 has over 32 characters"},
		{name: "key without a capital", changes: []string{"VOD_AUTH_KEY", strings.ToLower(secret)}, check: "signature", want: "fail: VOD_AUTH_KEY 1 has no capital letter"},
		{name: "key without a digit", changes: []string{"VOD_AUTH_KEY", "Abc"}, check: "signature", want: "has no digit"},
		{name: "key without a small letter", changes: []string{"VOD_AUTH_KEY", "ABC1"}, check: "signature", want: "has no small letter"},
		{name: "long URL", changes: []string{"VOD_CALLBACK_URL", "https://hooks.example.com/" + strings.Repeat("a", 231)}, check: "signature", want: "fail: VOD_CALLBACK_URL 1 has 257 bytes: VOD takes 256"},
		{name: "plain http", changes: []string{"VOD_CALLBACK_URL", "http://hooks.example.com/" + secret}, check: "signature", want: "warn: VOD_CALLBACK_URL 1 is http"},
		{name: "unsigned", changes: []string{"VOD_AUTH", "off"}, check: "signature", want: "warn: VOD_AUTH is off"},
		{name: "no address", changes: []string{"VOD_CALLBACK_URL", ""}, check: "signature", want: "fail: VOD_CALLBACK_URL is not set"},
		{name: "no address yet", changes: []string{"VOD_CALLBACK_URL", ""}, subject: doctor.Subject{Planned: true}, check: "signature", want: "warn: VOD_CALLBACK_URL is not set"},
		{name: "not for the MNS function", changes: []string{"VOD_CALLBACK_URL", ""}, subject: doctor.Subject{Only: doctor.MNS}, check: "signature", want: "skipped: only the HTTP function"},
		{name: "the same queue twice", changes: []string{"VOD_DEAD_LETTER_QUEUE", s.url("queues/fallback")}, check: "places", want: "fail: VOD_FALLBACK and VOD_DEAD_LETTER_QUEUE are the same queue fallback"},
		{name: "a sink into the topic", changes: []string{"VOD_SINKS", s.url("topics/vod-events") + "#name=loop"}, check: "places", want: "fail: VOD_TOPIC and sink loop are the same topic"},
		{name: "topic elsewhere", subject: doctor.Subject{Region: "cn-hongkong"}, check: "places", want: "fail: VOD_TOPIC is in cn-shanghai and the functions in cn-hongkong"},
		{name: "queues elsewhere", subject: doctor.Subject{Region: "ap-southeast-1"}, check: "places", want: "warn: VOD_FALLBACK is in cn-shanghai and the functions in ap-southeast-1"},
		{name: "internal elsewhere", changes: []string{"VOD_FALLBACK", "mns://1234.mns.cn-beijing-internal.aliyuncs.com/queues/x"}, subject: doctor.Subject{Region: "cn-shanghai", Offline: true}, check: "places", want: "fail: VOD_FALLBACK has the internal endpoint of cn-beijing"},
		{name: "far from VOD's queues", subject: doctor.Subject{Region: "cn-beijing", Offline: true}, check: "places", want: "warn: the functions are in cn-beijing"},
		{name: "no tables", changes: []string{"VOD_STORE", "sqlite:" + filepath.ToSlash(filepath.Join(t.TempDir(), "new.db"))}, check: "store", want: "fail: the tables are missing or out of date"},
		{name: "store out of reach", changes: []string{"VOD_STORE", "postgres://vod:" + secret + "@" + nobody + "/vod?sslmode=disable"}, check: "store", want: "fail: "},
		{name: "fallback that is not there", changes: []string{"VOD_FALLBACK", s.url("queues/none")}, check: "fallback", want: "QueueNotExist"},
		{name: "no fallback", changes: []string{"VOD_FALLBACK", ""}, check: "fallback", want: "warn: there is none"},
		{name: "topic that is not there", changes: []string{"VOD_TOPIC", s.url("topics/none")}, check: "topic", want: "TopicNotExist"},
		{name: "webhook that nobody hears", changes: []string{"VOD_SINKS", "http://" + nobody + "/" + secret + "#name=crm&private=allow"}, check: "sink crm", want: "fail: webhook: "},
		{name: "webhook inside", changes: []string{"VOD_SINKS", "https://localhost:1/#name=crm"}, check: "sink crm", want: "set #private=allow"},
		{name: "cache that is not there", changes: []string{"VOD_SINKS", "redis://u:" + secret + "@" + nobody + "/0#name=cache"}, check: "sink cache", want: "fail: redis: "},
		{name: "no timer needed", changes: []string{"VOD_SINKS", "", "VOD_FALLBACK", "", "VOD_DEAD_LETTER_QUEUE", ""}, check: "timer", want: "skipped: nothing needs one"},
		{name: "sinks that are wrong", changes: []string{"VOD_SINKS", "x"}, check: "timer", want: "skipped: VOD_SINKS is not set, or not right"},
		{name: "timer without a trace", changes: []string{"VOD_SINKS", ""}, check: "timer", want: "skipped: without sinks"},
		{name: "sinks that nobody has seen", changes: []string{"VOD_SINKS", s.url("queues/crm") + "#name=new"}, check: "timer", want: "warn: nobody has ticked yet with these sinks"},
		{name: "timer that has stopped", subject: doctor.Subject{Now: func() time.Time { return time.Now().Add(time.Hour) }}, check: "timer", want: "fail: it ticked 1h0m"},
		{name: "short outage without a fallback", changes: []string{"VOD_FALLBACK", ""}, check: "outage", want: "warn: 3 attempts × 4s + 2 pauses × 1s: a callback bridges 14s: a store that is away for 10s costs no event"},
		{name: "instances without a fallback", changes: []string{"VOD_FALLBACK", ""}, check: "outage", want: "after 10s without a store 8 are held for each event a second, and 300, which is what a region has, are enough for 37 events"},
		{name: "impatient without a fallback", changes: []string{"VOD_FALLBACK", "", "VOD_BUDGET", "2s"}, check: "outage", want: "warn: 3 attempts × 2s + 2 pauses × 1s: a callback bridges 8s: a store that is away for 10s costs all events of its first 2s"},
		{name: "messages come again", subject: doctor.Subject{Only: doctor.MNS}, check: "outage", want: "skipped: only callbacks can be lost"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			subject := tc.subject
			subject.Getenv = s.with(tc.changes...)
			subject.Hint = func(string, []string) string { return "; did you mean it?" }
			require.Contains(t, of(examine(t, subject), tc.check), tc.want)
		})
	}
}

// closedPort returns an address of this machine at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func TestOfflineReachesNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	asked := make(chan emulator.Call, 100)
	s.Inject(func(c emulator.Call) emulator.Fault {
		asked <- c
		return emulator.Fault{}
	})
	report := examine(t, doctor.Subject{Getenv: s.with(), Offline: true, Region: "cn-shanghai"})
	require.Empty(t, asked)
	require.Zero(t, report.Count(doctor.Fail))
	require.Empty(t, of(report, "store"))
	require.Equal(t, "skipped: not examined: store, clock, fallback, dead-letter queue, topic, sink crm, deliveries, dead letters, timer", of(report, "offline"))
	require.NotEmpty(t, of(report, "outage"))
	require.Contains(t, of(report, "places"), "ok: ")
}

func TestWhatHangsHoldsNothingUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Inject(func(c emulator.Call) emulator.Fault { return emulator.Fault{Hang: c.Name == "crm"} })
	report := examine(t, doctor.Subject{Getenv: s.with(), Timeout: 2 * time.Second, Inside: true})
	require.Contains(t, of(report, "sink crm"), "fail: ")
	require.Contains(t, of(report, "fallback"), "ok: ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report = doctor.Examine(ctx, doctor.Subject{Getenv: s.with()})
	require.Contains(t, of(report, "sink crm"), "fail: ")
}

func TestQueueThatForgets(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.CreateQueue("short", emulator.QueueSettings{Retention: time.Hour})
	report := examine(t, doctor.Subject{Getenv: s.with("VOD_FALLBACK", s.url("queues/short"))})
	require.Contains(t, of(report, "fallback"), "warn: what waits there is gone after 1h0m0s")
}

func TestWhatIsOwed(t *testing.T) {
	t.Parallel()
	s := start(t)
	id, err := vod.IDOf([]byte(`{"a":1}`))
	require.NoError(t, err)
	other, _ := vod.IDOf([]byte("no event"))
	s.commit(t,
		store.Record{ID: id, Source: store.SourceHTTP, Received: time.Now().UTC().Truncate(time.Millisecond), Body: []byte(`{"a":1}`), Type: "X", Deliveries: []string{"crm", "gone"}},
		store.Record{ID: other, Source: store.SourceHTTP, Received: time.Now().UTC().Truncate(time.Millisecond), Body: []byte("no event"), Reason: store.ReasonMalformed, Detail: secret},
	)
	report := examine(t, doctor.Subject{Getenv: s.with()})
	require.Contains(t, of(report, "deliveries"), "ok: 1 owed to sink crm")
	require.Contains(t, of(report, "deliveries"), "warn: 1 owed to sink gone")
	require.Contains(t, of(report, "dead letters"), "warn: 1 of reason malformed")
	require.Contains(t, of(report, "timer"), "warn: nobody has ticked yet")
	later := func() time.Time { return time.Now().Add(2 * time.Hour) }
	report = examine(t, doctor.Subject{Getenv: s.with(), Now: later})
	require.Contains(t, of(report, "deliveries"), "warn: 1 owed to sink crm, the oldest for 2h0m")
	require.Contains(t, of(report, "timer"), "fail: nobody ticks, and deliveries wait")
}

// TestLeftBehind has the dead letters of an examination that was killed removed by the next.
func TestLeftBehind(t *testing.T) {
	t.Parallel()
	s := start(t)
	old, _ := vod.IDOf([]byte("old"))
	s.commit(t, store.Record{
		ID: old, Source: store.SourceHTTP, Received: time.Now().Add(-2 * time.Hour).UTC().Truncate(time.Millisecond), Body: []byte("old"), Reason: store.ReasonProbe,
	})
	report := examine(t, doctor.Subject{Getenv: s.with()})
	require.Equal(t, "ok: everything that came in could be read", of(report, "dead letters"))
	r, ok := open(t, s.store).(store.Reader)
	require.True(t, ok)
	left, err := r.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	require.Empty(t, left)
}
