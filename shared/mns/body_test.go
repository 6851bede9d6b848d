package mns_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

func TestDecodeBody(t *testing.T) {
	t.Parallel()
	const special = `{"a":"??>>~~ÿ"}` // has all the characters in which the alphabets differ
	for _, tc := range []struct{ name, text, want string }{
		{name: "JSON", text: event, want: event},
		{name: "JSON with white space", text: " \n" + event + "\n", want: " \n" + event + "\n"},
		{name: "Base64", text: eventBase64, want: event},
		{name: "Base64 without padding", text: strings.TrimRight(eventBase64, "="), want: event},
		{name: "Base64 with white space around it", text: " " + eventBase64 + "\n", want: event},
		{name: "Base64 in lines", text: eventBase64[:76] + "\r\n" + eventBase64[76:], want: event},
		{name: "Base64 for URLs", text: base64.URLEncoding.EncodeToString([]byte(special)), want: special},
		{name: "Base64 of all characters", text: base64.StdEncoding.EncodeToString([]byte(special)), want: special},
		{name: "Base64 of JSON with white space", text: base64.StdEncoding.EncodeToString([]byte(" \t{} ")), want: " \t{} "},
		{name: "Base64 of JSON with a byte order mark", text: base64.StdEncoding.EncodeToString([]byte("\ufeff" + event)), want: "\ufeff" + event},
		{name: "Base64 of a byte order mark", text: "77u/", want: "77u/"},
		{name: "Base64 of text", text: "aGVsbG8=", want: "aGVsbG8="},
		{name: "Base64 of an array", text: "WzFd", want: "WzFd"},
		{name: "Base64 of broken JSON", text: base64.StdEncoding.EncodeToString([]byte(`{"a":`)), want: base64.StdEncoding.EncodeToString([]byte(`{"a":`))},
		{name: "Base64 twice", text: base64.StdEncoding.EncodeToString([]byte("e30=")), want: base64.StdEncoding.EncodeToString([]byte("e30="))},
		{name: "a number, which is Base64 too", text: "1234", want: "1234"},
		{name: "a word, which is Base64 too", text: "true", want: "true"},
		{name: "a JSON string", text: `"e30="`, want: `"e30="`},
		{name: "empty", text: "", want: ""},
		{name: "padding only", text: "==", want: "=="},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, string(mns.DecodeBody([]byte(tc.text))))
		})
	}
}

func FuzzDecodeBody(f *testing.F) {
	f.Add([]byte(event))
	f.Add([]byte(eventBase64))
	f.Add([]byte(" e30=\n"))
	f.Add([]byte(`{"a":"\ud800"}`))
	f.Add([]byte("1234"))
	f.Add([]byte("\ufeff {}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		got := mns.DecodeBody(text)
		if json.Valid(text) {
			require.Equal(t, text, got, "JSON is not Base64")
		}
		if string(got) != string(text) {
			require.True(t, isObject(got))
		}
		if isObject(text) {
			encoded := base64.StdEncoding.EncodeToString(text)
			require.Equal(t, string(text), string(mns.DecodeBody([]byte(encoded))))
		}
	})
}

func isObject(text []byte) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &members) == nil && members != nil
}
