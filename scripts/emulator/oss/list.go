package oss

import (
	"encoding/base64"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

type listResult struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Name                  string
	Prefix                string
	StartAfter            string
	MaxKeys               int
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	KeyCount              int
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	Contents              []listed
}

type listed struct {
	Key          string
	LastModified string
	ETag         string
	Type         string
	Size         int
	StorageClass string
}

// Limits on the objects in one answer.
const (
	defaultKeys = 100
	mostKeys    = 1000
)

func (b *bucket) list(w http.ResponseWriter, r *http.Request, name string) {
	q := r.URL.Query()
	result := listResult{
		Name: name, Prefix: q.Get("prefix"), StartAfter: q.Get("start-after"), EncodingType: q.Get("encoding-type"),
		ContinuationToken: q.Get("continuation-token"), MaxKeys: defaultKeys,
	}
	after := result.StartAfter
	if result.ContinuationToken != "" {
		last, err := base64.URLEncoding.DecodeString(result.ContinuationToken)
		if err != nil {
			writeError(w, r, newFailure(http.StatusBadRequest, "InvalidArgument", "The continuation token is not valid."))
			return
		}
		after = string(last)
	}
	if text := q.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostKeys {
			writeError(w, r, newFailure(http.StatusBadRequest, "InvalidArgument", "Argument max-keys must be an integer from 1 to 1000."))
			return
		}
		result.MaxKeys = n
	}
	encode := func(text string) string { return text }
	if result.EncodingType == "url" {
		encode = url.QueryEscape
	}
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		if key <= after || !strings.HasPrefix(key, result.Prefix) {
			continue
		}
		if len(result.Contents) == result.MaxKeys {
			result.IsTruncated = true
			result.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(after))
			break
		}
		after = key
		o := b.objects[key][len(b.objects[key])-1]
		result.Contents = append(result.Contents, listed{
			Key: encode(key), LastModified: o.Modified.UTC().Format("2006-01-02T15:04:05.000Z"), ETag: o.etag(),
			Type: "Normal", Size: len(o.Body), StorageClass: "Standard",
		})
	}
	result.KeyCount = len(result.Contents)
	result.Prefix, result.StartAfter = encode(result.Prefix), encode(result.StartAfter)
	writeXML(w, http.StatusOK, result)
}
