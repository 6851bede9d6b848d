package mns_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	const host = "mns://1234.mns.cn-shanghai.aliyuncs.com"
	address := func(c mns.Channel, name, region string) mns.Address {
		return mns.Address{Channel: c, Name: name, Account: "1234", Region: region}
	}
	for _, tc := range []struct {
		name string
		url  string
		want mns.Address
		err  string // a part of it
	}{
		{name: "queue", url: host + "/queues/vod-events", want: address(mns.ChannelQueue, "vod-events", "cn-shanghai")},
		{name: "topic", url: host + "/topics/Vod_1", want: address(mns.ChannelTopic, "Vod_1", "cn-shanghai")},
		{name: "internal", url: "mns://1234.mns.cn-shanghai-internal.aliyuncs.com/queues/x", want: address(mns.ChannelQueue, "x", "cn-shanghai")},
		{name: "VPC", url: "mns://1234.mns.cn-hangzhou-internal-vpc.aliyuncs.com/queues/x?http=true", want: address(mns.ChannelQueue, "x", "cn-hangzhou")},
		{name: "region of many words", url: "mns://1234.mns.cn-shanghai-finance-1.aliyuncs.com/queues/x", want: address(mns.ChannelQueue, "x", "cn-shanghai-finance-1")},
		{name: "region abroad", url: "mns://1234.mns.ap-southeast-1.aliyuncs.com/queues/x", want: address(mns.ChannelQueue, "x", "ap-southeast-1")},
		{name: "credentials", url: "mns://id:se%2Fcret@1234.mns.cn-shanghai.aliyuncs.com/queues/x", want: address(mns.ChannelQueue, "x", "cn-shanghai")},
		{name: "emulator", url: "mns://127.0.0.1:8080/1234.mns.cn-shanghai.aliyuncs.com/queues/x?http=true", want: address(mns.ChannelQueue, "x", "cn-shanghai")},
		{name: "emulator by name", url: "mns://localhost:8080/1234.mns.cn-shanghai.aliyuncs.com/topics/x", want: address(mns.ChannelTopic, "x", "cn-shanghai")},
		{name: "emulator by IPv6", url: "mns://[::1]:8080/1234.mns.cn-shanghai.aliyuncs.com/topics/x?http=false", want: address(mns.ChannelTopic, "x", "cn-shanghai")},

		{name: "other scheme", url: "https://1234.mns.cn-shanghai.aliyuncs.com/queues/x", err: "mns://"},
		{name: "no host", url: "mns:///queues/x", err: "endpoint"},
		{name: "another host", url: "mns://secret.example.com/queues/x", err: "endpoint"},
		{name: "a host that ends alike", url: "mns://1234.mns.cn-shanghai.aliyuncs.com.example.com/queues/x", err: "endpoint"},
		{name: "no account", url: "mns://mns.cn-shanghai.aliyuncs.com/queues/x", err: "id of your account"},
		{name: "port", url: "mns://1234.mns.cn-shanghai.aliyuncs.com:443/queues/x", err: "endpoint"},
		{name: "emulator elsewhere", url: "mns://10.0.0.7:8080/1234.mns.cn-shanghai.aliyuncs.com/queues/x?http=true", err: "endpoint"},
		{name: "emulator without endpoint", url: "mns://127.0.0.1:8080/queues/x?http=true", err: "endpoint"},
		{name: "plain HTTP in public", url: host + "/queues/x?http=true", err: "http=true is only for"},
		{name: "plain HTTP, neither", url: host + "/queues/x?http=1", err: "true or false"},
		{name: "plain HTTP twice", url: host + "/queues/x?http=false&http=false", err: "http is there twice"},
		{name: "unknown parameter", url: host + "/queues/x?tls=secret", err: `"tls"`},
		{name: "a secret for a parameter", url: host + "/queues/x?c0rrecthorse==", err: "unknown parameter: there is only http"},
		{name: "broken parameters", url: host + "/queues/x?%zz", err: "parameters"},
		{name: "fragment", url: host + "/queues/x#secret", err: "fragment"},
		{name: "half of the credentials", url: "mns://secret@1234.mns.cn-shanghai.aliyuncs.com/queues/x", err: "id:secret@"},
		{name: "the other half", url: "mns://:secret@1234.mns.cn-shanghai.aliyuncs.com/queues/x", err: "id:secret@"},
		{name: "neither queue nor topic", url: host + "/secrets/x", err: "/queues/<name>"},
		{name: "no path", url: host, err: "/queues/<name>"},
		{name: "no name", url: host + "/queues/", err: "name must be"},
		{name: "a longer path", url: host + "/queues/x/messages", err: "name must be"},
		{name: "a name with an escape", url: host + "/queues/x%3Fy", err: "name must be"},
		{name: "a name too long", url: host + "/queues/" + strings.Repeat("x", 257), err: "name must be"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			got, err := mns.ParseURL(u)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.NotContains(t, err.Error(), "secret.")
				require.NotContains(t, err.Error(), "c0rrecthorse")
				require.NotContains(t, err.Error(), "=secret")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want.Channel, got.Channel)
			require.Equal(t, tc.want.Name, got.Name)
			require.Equal(t, tc.want.Account, got.Account)
			require.Equal(t, tc.want.Region, got.Region)
		})
	}
}

func TestAddressPrintsNoSecret(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("mns://id:c0rrecthorse@1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events")
	require.NoError(t, err)
	a, err := mns.ParseURL(u)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Equal(t, "queue vod-events", fmt.Sprintf(verb, a))
	}
}

func TestOpenWantsTheRightKind(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		path         string
		queue, topic bool
	}{
		{path: "/queues/x", queue: true},
		{path: "/topics/x", topic: true},
		{path: "/x"},
	} {
		u, err := url.Parse("mns://1234.mns.cn-shanghai.aliyuncs.com" + tc.path)
		require.NoError(t, err)
		queue, err := mns.OpenQueue(u)
		if tc.queue {
			require.NoError(t, err)
			require.Equal(t, "x", queue.Address().Name)
			require.NoError(t, queue.Close())
		} else {
			require.ErrorContains(t, err, "/queues/<name>")
		}
		topic, err := mns.OpenTopic(u)
		if tc.topic {
			require.NoError(t, err)
			require.Equal(t, "x", topic.Address().Name)
			require.NoError(t, topic.Close())
		} else {
			require.ErrorContains(t, err, "/topics/<name>")
		}
	}
}
