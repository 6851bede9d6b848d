package vod_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func membersOf(tb testing.TB, body []byte) map[string]json.RawMessage {
	tb.Helper()
	var members map[string]json.RawMessage
	require.NoError(tb, json.Unmarshal(body, &members))
	return members
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, says string }{
		{name: "nothing", says: "empty"},
		{name: "white space", body: " \n", says: "empty"},
		{name: "mark only", body: "\ufeff", says: "empty"},
		{name: "text", body: "hello", says: "of 5"},
		{name: "cut", body: `{"EventType":"FileUp`, says: "of 20"},
		{name: "two values", body: `{"EventType":"A"}{}`, says: "of 19"},
		{name: "NUL after", body: "{\"EventType\":\"A\"}\x00", says: "at byte"},
		{name: "NUL inside", body: "{\"EventType\":\"A\x00\"}", says: "at byte"},
		{name: "trailing comma", body: `{"EventType":"A",}`, says: "at byte"},
		{name: "form", body: `EventType=FileUploadComplete`, says: "at byte"},
		{name: "too deep", body: nested(10_001), says: "JSON"},
		{name: "array", body: `[{"EventType":"A"}]`, says: "no object"},
		{name: "string", body: `"{\"EventType\":\"A\"}"`, says: "no object"},
		{name: "null", body: `null`, says: "no object"},
		{name: "no type", body: `{"VideoId":"v"}`, says: "no EventType"},
		{name: "type is a number", body: `{"EventType":1}`, says: "no text"},
		{name: "type is null", body: `{"EventType":null}`, says: "no text"},
		{name: "type is empty", body: `{"EventType":" "}`, says: "is empty"},
		{name: "exact type is a number", body: `{"EventType":1,"eventtype":"A"}`, says: "no text"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e, id, err := vod.Decode([]byte(tc.body))
			require.ErrorIs(t, err, vod.ErrMalformed)
			require.ErrorContains(t, err, tc.says)
			require.Nil(t, e)
			require.NotZero(t, id)
			_, err = vod.Parse([]byte(tc.body))
			require.ErrorIs(t, err, vod.ErrMalformed)
		})
	}
}

// nested returns an event with n containers in each other.
func nested(n int) string {
	return `{"EventType":"A","X":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + `}`
}

func TestForeign(t *testing.T) {
	t.Parallel()
	const object = `{"Status":"Success","MediaId":"m"}`
	for _, tc := range []struct {
		name, body string
		foreign    bool
	}{
		{"ims", string(readSample(t, "Foreign.ims")), true},
		{"tencent", string(readSample(t, "Foreign.tencent")), true},
		{"volcengine", string(readSample(t, "Foreign.volcengine")), true},
		{"ims in text", `{"EventType":"SnapshotComplete","MessageBody":"{\"Status\":\"Success\"}"}`, true},
		{"ims of a new type", `{"EventType":"NewComplete","UserId":1,"MessageBody":` + object + `}`, true},
		{"ims named in lower case", `{"EventType":"SnapshotComplete","messageBody":` + object + `}`, true},
		{"tencent of a new type", `{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"1"},"Other":null}`, true},

		{"ims with a subject", `{"EventType":"FileUploadComplete","UserId":1,"MediaId":"x","MessageBody":` + object + `}`, true},
		{"ims with a job", `{"EventType":"UploadByURLComplete","JobId":"j","MessageBody":` + object + `}`, true},
		{"ims as a text", `{"EventType":"FileUploadComplete","VideoId":"v","MessageBody":"hello"}`, true},
		{"ims as a list", `{"EventType":"AIMediaAuditComplete","MediaId":"m","MessageBody":[` + object + `]}`, true},
		{"volcengine in text", `{"EventType":"RestoreMediaComplete","Data":"{\"Vid\":\"v\"}"}`, true},

		{"body is null", `{"EventType":"FileUploadComplete","VideoId":"v","MessageBody":null}`, false},
		{"body with a subject", `{"EventType":"NewComplete","VideoId":"v","MessageBody":` + object + `}`, false},
		{"body is text", `{"EventType":"NewComplete","MessageBody":"hello"}`, false},
		{"event with a time", `{"EventType":"NewComplete","EventTime":"2026-03-14T09:26:53Z","UploadEvent":{}}`, false},
		{"event with a status", `{"EventType":"NewComplete","Status":"success","UploadEvent":{}}`, false},
		{"event is null", `{"EventType":"NewComplete","UploadEvent":null}`, false},
		{"event is text", `{"EventType":"NewComplete","UploadEvent":"x"}`, false},
		{"data of a new type", `{"EventType":"NewComplete","Data":{"Vid":"v"}}`, false},
		{"data with a subject", `{"EventType":"RestoreMediaComplete","MediaId":"m","Data":{}}`, false},
		{"data with a job", `{"EventType":"UploadByURLComplete","JobId":"j","Data":{}}`, false},
		{"data in text with a subject", `{"EventType":"RestoreMediaComplete","MediaId":"m","Data":"{}"}`, false},
		{"data in text of a new type", `{"EventType":"NewComplete","Data":"{}"}`, false},
		{"data in text of a review", `{"EventType":"AIVideoTagComplete","Data":"{\"Keyword\":[]}","New":1}`, false},
		{"data is other text", `{"EventType":"RestoreMediaComplete","Data":"hello"}`, false},
		{"review without a medium", `{"EventType":"AIMediaAuditComplete","Data":{"Label":"normal"}}`, false},
		{"nothing else", `{"EventType":"FileUploadComplete"}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e, id, err := vod.Decode([]byte(tc.body))
			require.NotZero(t, id)
			if !tc.foreign {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, vod.ErrForeign)
			require.NotErrorIs(t, err, vod.ErrMalformed)
			require.Nil(t, e)
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range sampleNames(f) {
		f.Add(readSample(f, name))
	}
	for _, seed := range []string{
		"", "null", `{"EventType":"A"}`, "\ufeff{\"EventType\":\"A\"}", `{"EventType":"FileUploadComplete","Size":1e400}`,
		`{"EventType":"A","MessageBody":{}}`, `{"EventType":"WorkflowTaskComplete","TaskInput":"\"{\\\"Media\\\":1}\""}`,
		`{"EventType":"\ud800","EventTime":"ſ026-02-03T04:15:27:083Z"}`, `{"EventType":"A","EventTime":1770092127083}`,
		`{"EventType":"MediaBaseChangeComplete","MediaContent":"{\"Tags\":[{\"OldValue\":{}}]}"}`,
		`{"EventType":"SubmitMediaRefreshComplete","SuccessPlayUrls":"http://a,b ,http://c,,"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		e, err := vod.Parse(body)
		decoded, id, decodeErr := vod.Decode(body)
		require.Equal(t, err, decodeErr)
		require.Equal(t, e, decoded)
		if err != nil {
			require.Nil(t, e)
			require.NotEqual(t, errors.Is(err, vod.ErrMalformed), errors.Is(err, vod.ErrForeign), err)
			requireNoType(t, body, err)
			return
		}
		h := e.Head()
		require.NotEmpty(t, h.Type)
		require.Equal(t, body, []byte(h.Body))
		require.NotEmpty(t, vod.BusinessKey(e))
		if h.Time.Unix() > 0 {
			require.True(t, h.Time.Equal(id.Time()), "%s: %s", h.Time, id.Time())
		}
		for name, raw := range h.Extra {
			require.True(t, json.Valid(raw), name)
		}
		_, err = json.Marshal(e) // fails on times and numbers that JSON cannot hold
		require.NoError(t, err)
		again, err := vod.IDOf(h.Body)
		require.NoError(t, err)
		require.Equal(t, id, again)
	})
}

// requireNoType checks, by the means of encoding/json, that a body that is said to
// be malformed has no EventType that counts.
func requireNoType(t *testing.T, body []byte, err error) {
	t.Helper()
	var members map[string]any
	if !errors.Is(err, vod.ErrMalformed) || strings.Contains(err.Error(), "values") || json.Unmarshal(body, &members) != nil {
		return
	}
	var types []any
	for name, value := range members {
		if strings.TrimSpace(name) == "EventType" {
			types = append(types, value)
		}
	}
	if len(types) == 1 { // of several, written with different blanks, the last would count
		typ, _ := types[0].(string)
		require.Empty(t, strings.TrimSpace(typ))
	}
}
