package mns_test

import (
	"fmt"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

// FuzzParseURL reads addresses of any form: those that are taken have all their parts,
// and neither they nor any error show a secret.
func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		"1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events", "1234.mns.cn-shanghai-internal-vpc.aliyuncs.com/topics/vod-events?http=true",
		"127.0.0.1:8080/1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events?http=true", "[::1]:1/1.mns.a-b.aliyuncs.com/queues/q",
		"1234.mns.cn-shanghai.aliyuncs.com/queues/a%2Fb", "1234.mns.cn-shanghai.aliyuncs.com/queues/q?http=maybe&x=1#f", "host", "",
	} {
		f.Add(seed)
	}
	name, account := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,255}$`), regexp.MustCompile(`^[0-9]{1,20}$`)
	f.Fuzz(func(t *testing.T, rest string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		const secret = "Kq4vJ8sYp1MfKQ9r8GKY"
		u, err := url.Parse("mns://id:" + secret + "@" + rest)
		if err != nil {
			return
		}
		a, err := mns.ParseURL(u)
		if err != nil {
			require.Zero(t, a)
			require.NotContains(t, err.Error(), secret)
			return
		}
		require.Regexp(t, name, a.Name)
		require.Regexp(t, account, a.Account)
		require.NotEmpty(t, a.Region)
		require.Contains(t, []mns.Channel{mns.ChannelQueue, mns.ChannelTopic}, a.Channel)
		require.NotContains(t, fmt.Sprintf("%s %v %+v %#v", a, a, a, a), secret)
	})
}
