package oracle_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	alimns "github.com/aliyun/aliyun-mns-go-sdk"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// line is what vodctl dev --json prints: where everything is, or what became of a message.
type line struct {
	Store           string
	MNSEndpoint     string `json:"mns_endpoint"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	ID, Via         string
	Outcome         string
}

// dev is a vodctl dev that runs.
type dev struct {
	line

	vodctl string
	lines  *bufio.Scanner
}

// startDev builds vodctl and the functions, as go run and vodctl dev do, so that the cache
// serves all, and runs them.
func startDev(t *testing.T) *dev {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-ldflags=-s -w",
		"-o", dir+string(filepath.Separator), "./scripts/vodctl", "./functions/http", "./functions/mns")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	d := &dev{vodctl: filepath.Join(dir, "vodctl")}
	cmd := exec.CommandContext(t.Context(), d.vodctl, "dev", "--json", "--listen", "127.0.0.1:0", "--console", "off", "--no-watch",
		"--functions", dir, "--store", "sqlite:"+filepath.ToSlash(dir)+"/vod.db")
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it takes its functions along
	cmd.WaitDelay = 10 * time.Second
	cmd.Stderr = t.Output()
	said, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_, _ = io.Copy(io.Discard, said)
		_ = cmd.Wait()
	})
	d.lines = bufio.NewScanner(said)
	d.line = d.next(t)
	return d
}

func (d *dev) next(t *testing.T) line {
	t.Helper()
	require.True(t, d.lines.Scan(), d.lines.Err())
	var l line
	require.NoError(t, json.Unmarshal(d.lines.Bytes(), &l), d.lines.Text())
	return l
}

// TestTheSDKAgainstDev publishes a life to the topics of vodctl dev and sends it to its
// queue, as an application would, until the real MNS function has it in its store.
func TestTheSDKAgainstDev(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	client := func(secret string) alimns.MNSClient {
		return alimns.NewAliMNSClientWithConfig(alimns.AliMNSClientConfig{
			EndPoint: d.MNSEndpoint, AccessKeyId: d.AccessKeyID, AccessKeySecret: secret,
			TimeoutSecond: alimns.DefaultTimeout, MaxConnsPerHost: alimns.DefaultMaxConnsPerHost,
		})
	}
	sdk := client(d.AccessKeySecret)
	queue := alimns.NewMNSQueue("vod-events", sdk)
	publish := func(topic string) func([]string) error {
		return func(bodies []string) error {
			for _, body := range bodies {
				if _, err := alimns.NewMNSTopic(topic, sdk).PublishMessage(alimns.MessagePublishRequest{MessageBody: body}); err != nil {
					return err
				}
			}
			return nil
		}
	}
	stored := 0
	for _, tc := range []struct {
		name, via string
		send      func(bodies []string) error
	}{
		{name: "topic, STREAM", via: "mns-topic", send: publish("vod-events")},
		{name: "topic, JSON", via: "mns-topic", send: publish("vod-events-json")},
		{name: "queue", via: "mns-queue", send: func(bodies []string) error {
			for _, body := range bodies {
				if _, err := queue.SendMessage(alimns.MessageSendRequest{MessageBody: body, Priority: 8}); err != nil {
					return err
				}
			}
			return nil
		}},
		{name: "queue, batch of Base64", via: "mns-queue", send: func(bodies []string) error {
			var batch []alimns.MessageSendRequest
			for _, body := range bodies {
				batch = append(batch, alimns.MessageSendRequest{MessageBody: base64.StdEncoding.EncodeToString([]byte(body)), Priority: 8})
			}
			_, err := queue.BatchSendMessage(batch...)
			return err
		}},
	} {
		var bodies []string
		for _, body := range vodtest.Life(vodtest.Seed(1 + stored)) {
			bodies = append(bodies, string(body))
		}
		require.NoError(t, tc.send(bodies), tc.name)
		for range bodies {
			l := d.next(t)
			require.Equal(t, tc.via, l.Via, tc.name)
			require.Equal(t, "new", l.Outcome, tc.name)
		}
		stored += len(bodies)
	}
	out, err := exec.CommandContext(t.Context(), d.vodctl, "events", "--json", "--limit", "1000", "--store", d.Store).Output()
	require.NoError(t, err)
	require.Equal(t, stored, strings.Count(string(out), "\n"))
	require.Eventually(t, func() bool {
		attributes, err := alimns.NewMNSQueueManager(sdk).GetQueueAttributes("vod-events")
		require.NoError(t, err)
		return attributes.ActiveMessages+attributes.InactiveMessages == 0
	}, 30*time.Second, 10*time.Millisecond, "what was taken is deleted")

	_, err = alimns.NewMNSQueue("vod-events", client("wrong")).SendMessage(alimns.MessageSendRequest{MessageBody: "x", Priority: 8})
	requireCode(t, alimns.ERR_MNS_SIGNATURE_DOES_NOT_MATCH, err)
}
