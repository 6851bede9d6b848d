package functions_test

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/scripts/emulator/oss"
)

// spool is a fallback; the zero value is none.
type spool struct {
	kind    string // in a word
	setting string
	waiting func(testing.TB) int // how many bodies wait
}

// inDirectory is a directory of the test.
func inDirectory(t testing.TB) spool {
	t.Helper()
	return newSpool(t, filepath.Join(t.TempDir(), "spool"))
}

// newSpool is the directory at path, which is made when it is needed.
func newSpool(t testing.TB, path string) spool {
	t.Helper()
	return spool{"directory", "VOD_FALLBACK=dir:" + path + "?local=true", func(t testing.TB) int {
		t.Helper()
		files, err := os.ReadDir(path)
		if !errors.Is(err, os.ErrNotExist) {
			require.NoError(t, err)
		}
		n := 0
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".tmp") { // who was killed leaves some behind
				n++
			}
		}
		return n
	}}
}

// spoolQueue is the name of the queue of [inQueue].
const spoolQueue = "vod-fallback"

// inQueue is a queue, and the service that has it. What is received and not deleted
// comes again soon.
func inQueue(t testing.TB) (spool, *mns.Server) {
	t.Helper()
	server := mns.New(mns.Key{ID: emulator.AccessKeyID, Secret: emulator.AccessKeySecret, Token: emulator.SecurityToken})
	server.CreateQueue(spoolQueue, mns.QueueSettings{VisibilityTimeout: time.Second})
	front := httptest.NewServer(server)
	t.Cleanup(server.Close)
	t.Cleanup(front.Close)
	host := strings.TrimPrefix(front.URL, "http://")
	return spool{
		"queue", "VOD_FALLBACK=mns://" + host + "/1234.mns.cn-shanghai.aliyuncs.com/queues/" + spoolQueue + "?http=true",
		func(testing.TB) int { return len(server.Messages(spoolQueue)) },
	}, server
}

// inBucket is a prefix of a bucket, and the region that has it.
func inBucket(t testing.TB) (spool, *oss.Server) {
	t.Helper()
	const bucket = "vod-fallback"
	server := oss.New("cn-shanghai")
	server.AddKey(oss.AccessKey{ID: emulator.AccessKeyID, Secret: emulator.AccessKeySecret, Token: emulator.SecurityToken})
	server.AddBucket(bucket)
	front := httptest.NewServer(server)
	t.Cleanup(front.Close)
	return spool{
		"bucket", "VOD_FALLBACK=oss://" + bucket + "/vod?region=cn-shanghai&endpoint=" + front.URL,
		func(testing.TB) int { return len(server.Objects(bucket)) },
	}, server
}
