package mns

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The documents of the protocol. Pointers are what a request may leave out.

type messageRequest struct {
	MessageBody  *string
	DelaySeconds *int
	Priority     *int
	MessageTag   string
}

type batchRequest struct {
	Messages []messageRequest `xml:"Message"`
}

type handlesRequest struct {
	Handles []string `xml:"ReceiptHandle"`
}

type sentReply struct {
	XMLName        xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Message"`
	ErrorCode      string   `xml:",omitempty"`
	ErrorMessage   string   `xml:",omitempty"`
	MessageID      string   `xml:"MessageId,omitempty"`
	MessageBodyMD5 string   `xml:",omitempty"`
	ReceiptHandle  string   `xml:",omitempty"` // of a delayed message
}

type sentReplies struct {
	XMLName  xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Messages"`
	Messages []sentReply
}

type receivedReply struct {
	XMLName          xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Message"`
	MessageID        string   `xml:"MessageId"`
	ReceiptHandle    string   `xml:",omitempty"`
	MessageBodyMD5   string
	MessageBody      string
	EnqueueTime      int64
	NextVisibleTime  int64 `xml:",omitempty"`
	FirstDequeueTime int64
	DequeueCount     int
	Priority         int
}

type receivedReplies struct {
	XMLName  xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Messages"`
	Messages []receivedReply
}

type deleteError struct {
	XMLName       xml.Name `xml:"Error"`
	ErrorCode     string
	ErrorMessage  string
	ReceiptHandle string
}

type deleteErrors struct {
	XMLName xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Errors"`
	Errors  []deleteError
}

type visibilityReply struct {
	XMLName         xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ ChangeVisibility"`
	ReceiptHandle   string
	NextVisibleTime int64
}

// read reads the document of a request; it must have that root. Unlike much that
// reads XML, it refuses what comes after the root.
func read(c *call, root string, into any) bool {
	if rootOf(c.body) != root {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(c.body))
	if d.Decode(into) != nil {
		return false
	}
	_, err := d.Token()
	return errors.Is(err, io.EOF)
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

func write(w http.ResponseWriter, r reply) {
	if r.location != "" {
		w.Header().Set("Location", r.location)
	}
	if r.document == nil {
		w.WriteHeader(r.status)
		return
	}
	text, err := xml.Marshal(r.document)
	if err != nil {
		panic("mns: " + err.Error()) // a mistake in this package
	}
	w.Header().Set("Content-Type", "text/xml;charset=utf-8")
	w.WriteHeader(r.status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // the client may have gone
}

// paged returns those of the names that the headers of a request for a list ask
// for, sorted, and the marker of the next page.
func paged(h http.Header, all iter.Seq[string]) (names []string, next string, ok bool) {
	limit := 1000
	if text := h.Get("X-Mns-Ret-Number"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return nil, "", false
		}
		limit = n
	}
	for _, name := range slices.Sorted(all) {
		if !strings.HasPrefix(name, h.Get("X-Mns-Prefix")) || cmp.Compare(name, h.Get("X-Mns-Marker")) < 0 {
			continue
		}
		if len(names) == limit {
			return names, name, true
		}
		names = append(names, name)
	}
	return names, "", true
}
