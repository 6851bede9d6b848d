package mns

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// The XML documents of the protocol (Simple Message Queue, API reference, version
// 2015-06-06). Requests are written by hand: quotes, of which events are full, need
// no escape in the content of an element, and the encoder of Go escapes them.

const (
	declaration = `<?xml version="1.0" encoding="UTF-8"?>`
	namespace   = ` xmlns="http://mns.aliyuncs.com/doc/v1/"`
)

// escape makes text the content of an element. It has no carriage returns.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// messageDocument is one message to send or publish.
func messageDocument(text string) []byte {
	return []byte(declaration + "<Message" + namespace + "><MessageBody>" + escape(text) + "</MessageBody></Message>")
}

// messagesDocument is a batch of messages to send.
func messagesDocument(texts []string) []byte {
	var b strings.Builder
	b.WriteString(declaration + "<Messages" + namespace + ">")
	for _, text := range texts {
		b.WriteString("<Message><MessageBody>" + escape(text) + "</MessageBody></Message>")
	}
	b.WriteString("</Messages>")
	return []byte(b.String())
}

// handlesDocument is a batch of receipt handles to delete by.
func handlesDocument(handles []string) []byte {
	var b strings.Builder
	b.WriteString(declaration + "<ReceiptHandles" + namespace + ">")
	for _, handle := range handles {
		b.WriteString("<ReceiptHandle>" + escape(handle) + "</ReceiptHandle>")
	}
	b.WriteString("</ReceiptHandles>")
	return []byte(b.String())
}

// sentDocument answers a sent message, alone or in a batch.
type sentDocument struct {
	ErrorCode      string
	MessageID      string `xml:"MessageId"`
	MessageBodyMD5 string
}

type sentDocuments struct {
	Messages []sentDocument `xml:"Message"`
}

type receivedDocuments struct {
	Messages []struct {
		MessageID       string `xml:"MessageId"`
		ReceiptHandle   string
		MessageBodyMD5  string
		MessageBody     string
		EnqueueTime     int64 // milliseconds since 1970, as the other times
		NextVisibleTime int64
		DequeueCount    int
	} `xml:"Message"`
}

type deleteErrors struct {
	Errors []struct {
		ErrorCode string
	} `xml:"Error"`
}

type visibilityDocument struct {
	ReceiptHandle   string
	NextVisibleTime int64
}

type queueDocument struct {
	ActiveMessages         int64
	InactiveMessages       int64
	DelayMessages          int64
	MaximumMessageSize     int64
	MessageRetentionPeriod int64 // seconds, as the other durations
	VisibilityTimeout      int64
}

type topicDocument struct {
	MaximumMessageSize int64
}

type errorDocument struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string   `xml:"Code"`
	RequestID string   `xml:"RequestId"`
}

// rootOf returns the name of a document's root, empty if it has none.
func rootOf(document []byte) string {
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local
		}
	}
}
