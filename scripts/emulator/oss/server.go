package oss

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is a region of OSS. It is an [http.Handler]; all methods may be called
// concurrently.
type Server struct {
	// Now is the server's clock; nil means [time.Now].
	Now func() time.Time

	region string

	mu       sync.Mutex
	keys     map[string]AccessKey
	buckets  map[string]*bucket
	calls    []Call
	fault    func(Call) Fault
	requests int // received; makes request ids
}

// AccessKey is what requests are signed with.
type AccessKey struct {
	ID, Secret string
	// Token is the security token that requests have to carry; empty for the key of a
	// RAM user.
	Token string
	// Actions are those that are allowed, such as oss:PutObject; nil allows all.
	Actions []string
}

// Versioning is the versioning state of a bucket.
type Versioning string

// The states of a bucket.
const (
	Unversioned Versioning = "" // versioning was never switched on
	Enabled     Versioning = "Enabled"
	Suspended   Versioning = "Suspended"
)

// Object is an object, or one version of it.
type Object struct {
	Key         string
	VersionID   string // empty in an unversioned bucket
	ContentType string
	Body        []byte
	Modified    time.Time
}

// Call is an authentic request.
type Call struct {
	Operation   string // such as PutObject
	Bucket, Key string
	AccessKeyID string
}

// New returns a region without buckets, to which nobody has access.
func New(region string) *Server {
	return &Server{region: region, keys: map[string]AccessKey{}, buckets: map[string]*bucket{}}
}

// AddKey lets requests in that are signed with the key, in place of one with the
// same ID.
func (s *Server) AddKey(k AccessKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[k.ID] = k
}

// RemoveKey shuts out requests that are signed with the key.
func (s *Server) RemoveKey(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, id)
}

// AddBucket makes an empty, unversioned bucket in place of one of that name.
func (s *Server) AddBucket(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name] = &bucket{objects: map[string][]Object{}}
}

// SetVersioning changes the state of a bucket that exists.
func (s *Server) SetVersioning(name string, v Versioning) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name].versioning = v
}

// Objects returns what is in a bucket, by key; versions in the order in which they
// were made.
func (s *Server) Objects(name string) []Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Object
	if b, ok := s.buckets[name]; ok {
		for _, key := range slices.Sorted(maps.Keys(b.objects)) {
			all = append(all, b.objects[key]...)
		}
	}
	return all
}

// Calls returns the authentic requests so far, in the order of their arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// maxBody is more than any request of our clients has, in bytes.
const maxBody = 16 << 20

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests++
	w.Header().Set("X-Oss-Request-Id", requestID(s.requests))
	s.mu.Unlock()
	w.Header().Set("Server", "AliyunOSS")
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))

	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeError(w, r, newFailure(http.StatusBadRequest, "IncompleteBody", "The body is cut off or too large."))
		return
	}
	call := callOf(r)
	key, f := s.authenticate(r, call)
	if f == nil {
		call.AccessKeyID = key.ID
		f = s.admit(call, key)
	}
	if f != nil {
		writeError(w, r, f)
		return
	}
	fault := s.faultOf(call)
	if fault == (Fault{}) || fault.Applied {
		answer := w
		if fault.Applied {
			answer = unheard{}
		}
		s.carryOut(answer, r, call, body)
	}
	fault.strike(w, r)
}

// requestID makes an id of the length that OSS's have.
func requestID(n int) string {
	id := strings.ToUpper(strconv.FormatInt(int64(n), 16))
	return strings.Repeat("0", 24-len(id)) + id
}

// callOf says which operation a request asks for; empty: one that is not emulated.
func callOf(r *http.Request) Call {
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	c := Call{Bucket: name, Key: key}
	q := r.URL.Query()
	others := []string{
		"acl", "append", "cors", "delete", "lifecycle", "objectMeta", "policy", "restore", "symlink",
		"tagging", "uploadId", "uploads", "versionId", "versions", "x-oss-process",
	}
	if slices.ContainsFunc(others, q.Has) {
		return c
	}
	switch {
	case key != "":
		c.Operation = map[string]string{
			http.MethodPut: "PutObject", http.MethodGet: "GetObject", http.MethodHead: "HeadObject", http.MethodDelete: "DeleteObject",
		}[r.Method]
	case r.Method != http.MethodGet:
	case q.Has("versioning"):
		c.Operation = "GetBucketVersioning"
	case q.Get("list-type") == "2" && !q.Has("delimiter"):
		c.Operation = "ListObjectsV2"
	}
	return c
}

// action returns the action of RAM that an operation needs.
func (c Call) action() string {
	switch c.Operation {
	case "HeadObject":
		return "oss:GetObject"
	case "ListObjectsV2":
		return "oss:ListObjects"
	}
	return "oss:" + c.Operation
}

// admit notes an authentic request and says why it is not carried out, if it is not.
func (s *Server) admit(c Call, key AccessKey) *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	switch {
	case c.Operation == "":
		return newFailure(http.StatusNotImplemented, "NotImplemented", "A header or query you provided implies functionality that is not implemented.")
	case key.Actions != nil && !slices.Contains(key.Actions, c.action()):
		return newFailure(http.StatusForbidden, "AccessDenied", "You have no right to access this object because of bucket acl.")
	case s.buckets[c.Bucket] == nil:
		return newFailure(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist.")
	}
	return nil
}

func (s *Server) carryOut(w http.ResponseWriter, r *http.Request, c Call, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[c.Bucket]
	switch c.Operation {
	case "PutObject":
		b.put(w, r, c.Key, body, s.now())
	case "GetObject", "HeadObject":
		b.get(w, r, c.Key)
	case "DeleteObject":
		b.remove(w, r, c.Key)
	case "ListObjectsV2":
		b.list(w, r, c.Bucket)
	case "GetBucketVersioning":
		writeXML(w, http.StatusOK, versioningConfiguration{Status: b.versioning})
	}
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
