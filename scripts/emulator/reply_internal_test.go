package emulator

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The parsers are unexported, since only functions write what they read.

func replySeeds(f *testing.F) {
	f.Helper()
	for _, seed := range []string{
		`{"statusCode":200,"headers":{"A":"b"},"isBase64Encoded":false,"body":"x"}`,
		`{"statusCode":200,"isBase64Encoded":true,"body":"AAH/"}`,
		`{"statusCode":200,"isBase64Encoded":true,"body":"%"}`,
		`{"statusCode":99}`, `{"statusCode":"200"}`, `{"statusCode":1e3}`, `{"body":1}`, `null`, `"x"`, `[]`, ``, `{`,
		`{"statusCode":204,"cookies":["a=1"]}`, `{"statusCode":200,"headers":{"A":["b"]}}`,
	} {
		f.Add([]byte(seed))
	}
}

// What is accepted can be sent, and encoded again says the same.
func FuzzDecodeReply(f *testing.F) {
	replySeeds(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		reply, body, err := decodeReply(payload)
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, reply.StatusCode, 200)
		require.Less(t, reply.StatusCode, 600)
		again, sameBody, err := decodeReply(encode(reply))
		require.NoError(t, err)
		require.Equal(t, reply, again)
		require.Equal(t, body, sameBody)
	})
}

// Nothing but an object with a statusCode is taken for a response, and all
// else is passed on as it is.
func FuzzDecodeURLResponse(f *testing.F) {
	replySeeds(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		reply, body, err := decodeURLResponse(payload)
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, reply.StatusCode, 200)
		require.Less(t, reply.StatusCode, 600)
		var object map[string]json.RawMessage
		if json.Unmarshal(payload, &object) != nil {
			require.Equal(t, 200, reply.StatusCode)
			require.Contains(t, string(payload), string(body))
		}
	})
}
