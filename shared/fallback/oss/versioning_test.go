package oss_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
)

// markers is a bucket with versioning as the one of the emulator is but for deleting:
// an object that is deleted gets a delete marker, and is neither listed nor read.
type markers struct {
	*emulator.Server

	mu      sync.Mutex
	deleted map[string]bool // by path
}

var listedObject = regexp.MustCompile(`<Contents><Key>([^<]*)</Key>.*?</Contents>`)

func (m *markers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	isList := r.URL.Query().Has("list-type")
	switch {
	case r.Method == http.MethodDelete:
		m.deleted[r.URL.Path] = true
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method == http.MethodGet && m.deleted[r.URL.Path]:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<Error><Code>NoSuchKey</Code></Error>"))
		return
	case r.Method == http.MethodPut:
		delete(m.deleted, r.URL.Path)
	}
	recorded := httptest.NewRecorder()
	m.Server.ServeHTTP(recorded, r)
	text := recorded.Body.String()
	if isList {
		text = listedObject.ReplaceAllStringFunc(text, func(object string) string {
			key := strings.ReplaceAll(listedObject.FindStringSubmatch(object)[1], "%2F", "/")
			if m.deleted["/"+bucket+"/"+key] {
				return ""
			}
			return object
		})
	}
	maps.Copy(w.Header(), recorded.Header())
	w.WriteHeader(recorded.Code)
	_, _ = w.Write([]byte(text))
}

// TestVersionedBucket: what was drained stays as a version, and does not come again.
func TestVersionedBucket(t *testing.T) {
	t.Parallel()
	for _, state := range []emulator.Versioning{emulator.Enabled, emulator.Suspended} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			m := &markers{Server: emulator.New(region), deleted: map[string]bool{}}
			m.AddBucket(bucket)
			m.AddKey(role)
			m.SetVersioning(bucket, state)
			h := httptest.NewServer(m)
			t.Cleanup(h.Close)
			p := place{m.Server, h.URL}
			f := p.open(t, "/fallback")
			for range 2 {
				for _, body := range []string{"hello", "hello", "other"} {
					require.NoError(t, f.Put(asRole(t.Context()), []byte(body)))
				}
				n, err := f.Waiting(asRole(t.Context()))
				require.NoError(t, err)
				require.Equal(t, 2, n)
				bodies, err := drain(t, f)
				require.NoError(t, err)
				require.ElementsMatch(t, []string{"hello", "other"}, bodies)
				bodies, err = drain(t, f)
				require.NoError(t, err)
				require.Empty(t, bodies)
			}
			require.NotEmpty(t, p.keys(), "versions are left behind")
		})
	}
}
