package vod_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

// encode writes an event as JSON, with the members that no field takes.
func encode(t *testing.T, e vod.Event) []byte {
	t.Helper()
	fields, err := json.Marshal(e)
	require.NoError(t, err)
	members := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(fields, &members))
	maps.Copy(members, e.Head().Extra)
	body, err := json.Marshal(members)
	require.NoError(t, err)
	return body
}

func parse(t *testing.T, body []byte) vod.Event {
	t.Helper()
	e, err := vod.Parse(body)
	require.NoError(t, err, "%s", body)
	return e
}

// Whoever decodes an event, encodes it and decodes it again has the same event, with
// all of it that this package does not know.
func TestEveryTypeSurvivesEncoding(t *testing.T) {
	t.Parallel()
	const unknown = `{"a":[1,null,"b"],"VideoId":"not this one"}`
	for _, name := range sampleNames(t) {
		body := bytes.Replace(readSample(t, name), []byte("{"), []byte(`{"NewField":`+unknown+`,`), 1)
		e := parse(t, body)
		again := parse(t, encode(t, e))
		require.IsType(t, e, again, name)
		require.JSONEq(t, unknown, string(again.Head().Extra["NewField"]), name)
		require.Equal(t, e.Head().Subject, again.Head().Subject, name)
		require.Equal(t, string(encode(t, e)), string(encode(t, again)), name)
	}
}

func FuzzEncoding(f *testing.F) {
	for _, name := range sampleNames(f) {
		f.Add(readSample(f, name))
	}
	f.Add([]byte(`{"EventType":"NewComplete","VideoId":"v","videoid":" w ","New":1e400}`))
	f.Add([]byte(`{"EventType":"TranscodeComplete","StreamInfos":"[{\"JobId\":7}]","EventTime":"yesterday"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		e, err := vod.Parse(body)
		if err != nil {
			return
		}
		// Once more, since what a sloppy body leaves open is settled by the first time.
		encoded := encode(t, parse(t, encode(t, e)))
		again := parse(t, encoded)
		require.IsType(t, e, again)
		require.Equal(t, string(encoded), string(encode(t, again)))
	})
}
