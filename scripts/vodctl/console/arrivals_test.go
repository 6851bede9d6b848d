package console_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/scripts/vodctl/verify"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

const callbackURL = "http://127.0.0.1:8080/callback"

// request is one that came in, signed for a URL, so many seconds before it was received.
func request(body []byte, signedURL string, late time.Duration) intake.Arrival {
	id, _ := vod.IDOf(body) // the error says that it is no JSON
	h := vod.Sign(signedURL, "key", now.Add(-late))
	return intake.Arrival{
		Time: now, Via: store.SourceHTTP, ID: id, Type: vod.TypeFileUploadComplete, Subject: "medium-1", Duration: 12 * time.Millisecond,
		Method: http.MethodPost, URL: callbackURL, Header: h, Body: body, Status: http.StatusOK, Answer: []byte(`{"outcome":"new"}`),
		Outcome: pipeline.New, SignedURL: callbackURL,
		Signature: verify.Check(verify.Request{
			URL: callbackURL, Keys: []string{"key"}, At: now, Timestamp: h.Get(vod.HeaderTimestamp), Signature: h.Get(vod.HeaderSignature),
		}),
	}
}

// refused makes it one that was refused.
func refused(a intake.Arrival, status int, detail string) intake.Arrival {
	a.Status, a.Outcome, a.Detail = status, "", detail
	return a
}

func deskWithIntake(t *testing.T) (*desk, *intake.Log) {
	t.Helper()
	log := &intake.Log{}
	return newDesk(t, func(s *console.Settings) { s.Intake = log }), log
}

func TestArrivals(t *testing.T) {
	t.Parallel()
	require.Equal(t, http.StatusNotFound, newDesk(t).get("/arrivals").Status, "nothing remembers them")
	d, log := deskWithIntake(t)
	require.Contains(t, d.get("/arrivals").Text, "Nothing came in yet")
	require.Contains(t, d.get("/arrivals?only=refused").Text, "Nothing was refused lately.")

	log.Add(request(upload(1), callbackURL, 0))
	log.Add(refused(request([]byte("<b>"), callbackURL+"/", 0), http.StatusUnauthorized, "<b>no</b>"))
	log.Add(refused(request(upload(2), callbackURL, 0), http.StatusServiceUnavailable, ""))
	log.Add(intake.Arrival{Time: now, Via: store.SourceHTTP, Method: http.MethodGet, Status: http.StatusMethodNotAllowed, Signature: verify.Verdict{Reason: "unsigned"}})
	log.Add(intake.Arrival{Time: now, Via: store.SourceQueue, Outcome: pipeline.DeadLetter})
	log.Add(intake.Arrival{Time: now, Via: store.SourceTopic, Outcome: pipeline.Failed})
	fallback := request(upload(3), callbackURL, 0)
	fallback.Outcome = pipeline.FellBack
	log.Add(fallback)

	page := d.get("/arrivals").Text
	for _, want := range []string{
		`<tr id="a-1">`, `<span class="badge good">new</span>`, `<span class="badge good">valid</span>`, `<span class="badge bad">refused</span>`,
		`<span class="badge bad">wrong</span>`, `<span class="badge bad">not stored</span>`, `GET request <span class="nth">4</span>`,
		`<span class="badge plain">unsigned</span>`, `<span class="badge warn">dead letter</span>`, `<span class="badge warn">in the fallback</span>`,
		"&lt;b&gt;no&lt;/b&gt;", "12.0 ms", `href="/media/medium-1"`, `<span class="count">4</span>`,
	} {
		require.Contains(t, page, want)
	}
	page = d.get("/arrivals?only=refused").Text
	for number, want := range map[int]bool{1: false, 2: true, 3: true, 4: true, 5: false, 6: true, 7: false} {
		row := `<tr id="a-` + strconv.Itoa(number) + `">`
		if want {
			require.Contains(t, page, row)
		} else {
			require.NotContains(t, page, row)
		}
	}
}

func TestArrivalsPageByPage(t *testing.T) {
	t.Parallel()
	d, log := deskWithIntake(t)
	for i := range 120 {
		a := request(upload(1), callbackURL, 0)
		if i%2 == 0 {
			a = refused(a, http.StatusUnauthorized, "")
		}
		log.Add(a)
	}
	for _, tc := range []struct {
		path        string
		first, last int
		older       string
	}{
		{path: "/arrivals", first: 120, last: 71, older: "/arrivals?before=71"},
		{path: "/arrivals?before=71", first: 70, last: 21, older: "/arrivals?before=21"},
		{path: "/arrivals?before=21", first: 20, last: 1},
		{path: "/arrivals?only=refused", first: 119, last: 21, older: "/arrivals?before=21&amp;only=refused"},
		{path: "/arrivals?before=21&only=refused", first: 19, last: 1},
	} {
		page := d.get(tc.path).Text
		require.Contains(t, page, `<tr id="a-`+strconv.Itoa(tc.first)+`">`, tc.path)
		require.NotContains(t, page, `<tr id="a-`+strconv.Itoa(tc.first+1)+`">`, tc.path)
		require.Contains(t, page, `<tr id="a-`+strconv.Itoa(tc.last)+`">`, tc.path)
		require.NotContains(t, page, `<tr id="a-`+strconv.Itoa(tc.last-1)+`">`, tc.path)
		if tc.older == "" {
			require.NotContains(t, page, `rel="next"`, tc.path)
		} else {
			require.Contains(t, page, `href="`+tc.older+`" rel="next"`, tc.path)
		}
	}
	require.Equal(t, http.StatusBadRequest, d.get("/arrivals?before=x").Status)
}

func TestArrivalVerdicts(t *testing.T) {
	t.Parallel()
	d, log := deskWithIntake(t)
	unsigned := request(upload(1), callbackURL, 0)
	unsigned.Signature = verify.Verdict{Reason: "unsigned"}
	get := unsigned
	get.Method = http.MethodGet
	milliseconds := request(upload(1), callbackURL, 0)
	milliseconds.Signature = verify.Verdict{Reason: "milliseconds", Key: 2}
	for _, tc := range []struct {
		name    string
		arrival intake.Arrival
		want    []string
	}{
		{name: "valid", arrival: request(upload(1), callbackURL, 2*time.Second), want: []string{"Signed with key 1, 2s before it came in."}},
		{name: "at once", arrival: request(upload(1), callbackURL, 0), want: []string{"in the second in which it came in"}},
		{name: "ahead", arrival: request(upload(1), callbackURL, -3*time.Second), want: []string{"3s after it came in, by our clock"}},
		{name: "late", arrival: request(upload(1), callbackURL, 10*time.Minute), want: []string{"expired", "signed 10m0s before it came in", "Compare the clocks"}},
		{
			name: "another URL", arrival: request(upload(1), "https://127.0.0.1:8080/callback/", 0),
			want: []string{"It is right for:", "<code>https://127.0.0.1:8080/callback/</code>", "https instead of http, with a slash at the end, key 1", "<code>" + callbackURL + "</code>"},
		},
		{name: "another host", arrival: request(upload(1), "https://example.com/", 0), want: []string{"none of the usual changes", "letter by letter"}},
		{name: "unsigned", arrival: unsigned, want: []string{"X-VOD-TIMESTAMP and X-VOD-SIGNATURE are not both there"}},
		{name: "a browser's", arrival: get, want: []string{"sends with POST only"}},
		{name: "milliseconds", arrival: milliseconds, want: []string{"with key 2, but X-VOD-TIMESTAMP is in milliseconds"}},
		{name: "message", arrival: intake.Arrival{Via: store.SourceQueue, Time: now, Outcome: pipeline.New}, want: []string{"Messages have no signature"}},
	} {
		page := d.get("/arrivals/" + strconv.Itoa(log.Add(tc.arrival))).Text
		for _, want := range tc.want {
			require.Contains(t, page, want, tc.name)
		}
	}
}

func TestArrival(t *testing.T) {
	t.Parallel()
	d, log := deskWithIntake(t)
	event, letter := upload(1), []byte(`{"a":"<i>"}`)
	d.take(event, letter)
	a := request(event, callbackURL, 0)
	a.Header.Set("User-Agent", "<script>")
	log.Add(a)
	b := request(letter, callbackURL, 0)
	b.Outcome, b.Answer, b.Size = pipeline.DeadLetter, []byte{0, 1}, 5000
	log.Add(b)
	log.Add(refused(a, http.StatusUnauthorized, "signature <does> not match"))
	log.Add(refused(request(upload(2), callbackURL, 0), http.StatusServiceUnavailable, ""))

	page := d.get("/arrivals/1").Text
	for _, want := range []string{
		"<h1>Request 1</h1>", `href="/events/` + a.ID.String() + `">To the event</a>`, "<dt>User-Agent</dt><dd><code>&lt;script&gt;</code></dd>",
		"POST <code>" + callbackURL + "</code>", "<dd>200</dd>", "&#34;outcome&#34;: &#34;new&#34;",
	} {
		require.Contains(t, page, want)
	}
	page = d.get("/arrivals/2").Text
	require.Contains(t, page, `href="/dead-letters/`+b.ID.String()+`">To the dead letter</a>`)
	require.Contains(t, page, "The first 11 of 5000 bytes, of which 11 were kept.")
	require.Contains(t, page, "00000000  00 01")
	page = d.get("/arrivals/3").Text
	require.Contains(t, page, "signature &lt;does&gt; not match")
	require.Contains(t, page, "as an event: the same came in another time")
	require.Contains(t, d.get("/arrivals/4").Text, "<dt>In the store</dt><dd>no</dd>")
	for _, path := range []string{"/arrivals/5", "/arrivals/0", "/arrivals/x", "/arrivals/-1"} {
		require.Equal(t, http.StatusNotFound, d.get(path).Status, path)
	}

	for id, want := range map[vod.ID]string{a.ID: "&#34;EventType&#34;", b.ID: "&#34;&lt;i&gt;&#34;"} {
		number := log.Add(intake.Arrival{Time: now, Via: store.SourceQueue, ID: id, Outcome: pipeline.Known})
		require.Contains(t, d.get("/arrivals/"+strconv.Itoa(number)).Text, want, "messages have the body of the store")
	}

	// The request is shown whatever the store does.
	require.NoError(t, d.Store.Close())
	page = d.get("/arrivals/1").Text
	require.Contains(t, page, "not known: it does not answer")
	require.Contains(t, page, "<h1>Request 1</h1>")
}
