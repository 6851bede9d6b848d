package mns_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

// bodies are such that some layer on the way might change.
func bodies() map[string]string {
	return map[string]string{
		"an event":                     event,
		"markup":                       `{"a":"<b>&amp;</b>]]>"}`,
		"white space":                  " \n\t{\n\t\"a\": 1\n}\n ",
		"carriage return":              "{\r\n}\r\n",
		"NUL":                          "{\"a\":\"\x00\"}",
		"escape":                       "\x1b[31m",
		"DEL and C1 controls":          "\u007f\u0085\u009f\u2028",
		"emoji":                        `{"a":"🎬 préface 视频"}`,
		"byte order mark":              "\ufeff{}",
		"U+FFFD":                       "{\"a\":\"\uFFFD\"}",
		"U+FFFE":                       "{\"a\":\"\uFFFE\"}",
		"U+FFFF":                       "\uFFFF",
		"not UTF-8":                    "{\"a\":\"\xff\xfe\xc3\"}",
		"a surrogate":                  "\xed\xa0\x80",
		"Base64 of an object":          "e30=",
		"Base64 of what needs Base64":  "AA==",
		"Base64 of Base64 of that":     "QUE9PQ==",
		"Base64 in lines":              "AA\n==",
		"Base64 with other last bits":  "AB==",
		"Base64 without padding":       "AA",
		"a number":                     "1234",
		"one byte":                     "x",
		"one byte that is not UTF-8":   "\xff",
		"an event and a control":       event + "\x01",
		"all bytes":                    allBytes(),
		"an XML document":              `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>`,
		"CDATA":                        "<![CDATA[x]]>",
		"a character reference":        "&#13;&#xD;",
		"white space alone":            " \n",
		"Base64 for what is valid XML": base64.StdEncoding.EncodeToString([]byte("hello")),
	}
}

func allBytes() string {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	return string(all[:])
}

func TestEncodeBody(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{name: "an event", body: event, want: event},
		{name: "markup", body: `<b>&amp;</b>`, want: `<b>&amp;</b>`},
		{name: "tab and line feed", body: "{\n\t}\n", want: "{\n\t}\n"},
		{name: "emoji", body: "🎬", want: "🎬"},
		{name: "carriage return", body: "{}\r\n", want: "e30NCg=="},
		{name: "control", body: "\x00", want: "AA=="},
		{name: "not UTF-8", body: "\xff", want: "/w=="},
		{name: "U+FFFE", body: "\uFFFE", want: "77++"},
		{name: "what is taken for Base64", body: "AA==", want: "QUE9PQ=="},
		{name: "what that is taken for", body: "QUE9PQ==", want: "UVVFOVBRPT0="},
		{name: "Base64 of an object, which is left", body: "e30=", want: "e30="},
		{name: "empty", body: "", want: ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, mns.EncodeBody([]byte(tc.body)))
		})
	}
}

func TestRestoreBody(t *testing.T) {
	t.Parallel()
	for name, body := range bodies() {
		require.Equal(t, body, string(mns.RestoreBody(mns.EncodeBody([]byte(body)))), name)
	}
}

// A function sees the same events that were sent, however they were encoded.
func TestEncodedEventsAreDecoded(t *testing.T) {
	t.Parallel()
	for _, body := range []string{event, event + "\r\n", "{\"EventType\":\"X\",\"a\":\"\xff\"}", "{\r\"EventType\":\"X\"}"} {
		require.Equal(t, body, string(mns.DecodeBody([]byte(mns.EncodeBody([]byte(body))))))
	}
}

func FuzzRestoreBody(f *testing.F) {
	for _, body := range bodies() {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		text := mns.EncodeBody(b)
		require.Equal(t, string(b), string(mns.RestoreBody(text)), "as a body")

		restored := mns.RestoreBody(string(b))
		if string(restored) != string(b) {
			require.Equal(t, string(b), mns.EncodeBody(restored), "a text is changed only if it is one of ours")
		}
	})
}
