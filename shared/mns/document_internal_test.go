package mns // the documents go out as they are, and nothing exported shows them

import (
	"encoding/xml"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzDocuments holds what is sent against XML: what is decoded is identical.
func FuzzDocuments(f *testing.F) {
	for _, body := range []string{
		`{"a":"<b>&amp;]]></b>"}`, "\r\n\t ", "\x00\x1b", "\xff\xfe", "\uFFFD\uFFFE\uFFFF", "🎬", "AA==", "QUE9PQ==", "", "&#13;", "\u0085\u2028",
	} {
		f.Add([]byte(body), []byte(`{}`))
	}
	f.Fuzz(func(t *testing.T, one, other []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		var m struct {
			XMLName     xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Message"`
			MessageBody string
		}
		require.NoError(t, xml.Unmarshal(messageDocument(EncodeBody(one)), &m))
		require.Equal(t, string(one), string(RestoreBody(m.MessageBody)))

		var batch struct {
			XMLName  xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Messages"`
			Messages []string `xml:"Message>MessageBody"`
		}
		require.NoError(t, xml.Unmarshal(messagesDocument([]string{EncodeBody(one), EncodeBody(other)}), &batch))
		require.Len(t, batch.Messages, 2)
		require.Equal(t, string(one), string(RestoreBody(batch.Messages[0])))
		require.Equal(t, string(other), string(RestoreBody(batch.Messages[1])))
	})
}
