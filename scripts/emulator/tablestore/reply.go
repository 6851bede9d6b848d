package tablestore

import (
	"crypto/md5" //nolint:gosec // The protocol states the digest of a body as MD5.
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
	"github.com/golang/protobuf/proto"
)

// write sends a reply with the headers of the protocol, but for its signature.
func (s *Server) write(w http.ResponseWriter, status int, body []byte) {
	digest := md5.Sum(body) //nolint:gosec // The protocol states the digest of a body as MD5.
	h := w.Header()
	h.Set(headerRequestID, newRequestID())
	h.Set(headerDate, s.options.Now().UTC().Format(time.RFC3339Nano))
	h.Set(headerDigest, base64.StdEncoding.EncodeToString(digest[:]))
	h.Set("x-ots-contenttype", "protocol buffer")
	h.Set("Content-Type", "application/octet-stream")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // It is protobuf, for an SDK. If it fails, the client is gone.
}

// refuse answers with an error.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	e := asServiceError(err)
	body, err := proto.Marshal(pbError(e))
	if err != nil {
		body = nil // cannot be: nothing is missing
	}
	s.write(w, e.status, body)
}

func pbError(err error) *otsprotocol.Error {
	e := asServiceError(err)
	return &otsprotocol.Error{Code: &e.code, Message: &e.message}
}

// newRequestID makes a request id in the shape of those of the service.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	id := hex.EncodeToString(b[:])
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// unitSize is how many bytes a capacity unit reads or writes.
const unitSize = 4 << 10

// consumed is what an operation costs that reads and writes so many bytes. What
// is not zero costs at least a unit.
func consumed(read, written int) *otsprotocol.ConsumedCapacity {
	units := func(size int) *int32 {
		return new(int32((size + unitSize - 1) / unitSize)) //nolint:gosec // Sizes are limited.
	}
	return &otsprotocol.ConsumedCapacity{CapacityUnit: &otsprotocol.CapacityUnit{Read: units(read), Write: units(written)}}
}
