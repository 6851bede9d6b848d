package cli // where copies go is not exported

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
)

func TestForwards(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		addresses []string
		others    []string
		want      []forward
		shown     string // the first one
	}{
		{
			name: "on this machine", addresses: []string{"http://localhost:3000/hook?x=s3cret"},
			want:  []forward{{name: "localhost-3000", url: "http://localhost:3000/hook?x=s3cret#name=localhost-3000&private=allow"}},
			shown: "http://localhost:3000/hook as localhost-3000",
		},
		{
			name: "as it is written in a hurry", addresses: []string{"localhost:3000"},
			want:  []forward{{name: "localhost-3000", url: "http://localhost:3000#name=localhost-3000&private=allow"}},
			shown: "http://localhost:3000 as localhost-3000",
		},
		{
			name: "just a port", addresses: []string{"3000", ":3001", "3002/hook", ":3003?x=1", "3004#events=Snapshot*"},
			want: []forward{
				{name: "localhost-3000", url: "http://localhost:3000#name=localhost-3000&private=allow"},
				{name: "localhost-3001", url: "http://localhost:3001#name=localhost-3001&private=allow"},
				{name: "localhost-3002", url: "http://localhost:3002/hook#name=localhost-3002&private=allow"},
				{name: "localhost-3003", url: "http://localhost:3003?x=1#name=localhost-3003&private=allow"},
				{name: "localhost-3004", url: "http://localhost:3004#name=localhost-3004&private=allow&events=Snapshot*"},
			},
			shown: "http://localhost:3000 as localhost-3000",
		},
		{
			name: "a host that begins with a digit", addresses: []string{"127.0.0.1:3000"},
			want:  []forward{{name: "127.0.0.1-3000", url: "http://127.0.0.1:3000#name=127.0.0.1-3000&private=allow"}},
			shown: "http://127.0.0.1:3000 as 127.0.0.1-3000",
		},
		{
			name: "a URL in the query", addresses: []string{"localhost:3000/hook?next=http://x"},
			want:  []forward{{name: "localhost-3000", url: "http://localhost:3000/hook?next=http://x#name=localhost-3000&private=allow"}},
			shown: "http://localhost:3000/hook as localhost-3000",
		},
		{
			name: "names that others have", addresses: []string{"localhost:1", "localhost:1", "localhost:2#name=localhost-1-2"},
			others: []string{"redis://u:p@h/x#events=Snapshot*&name=localhost-1", "https://h/"},
			want: []forward{
				{name: "localhost-1-3", url: "http://localhost:1#name=localhost-1-3&private=allow"},
				{name: "localhost-1-4", url: "http://localhost:1#name=localhost-1-4&private=allow"},
				{name: "localhost-1-2", url: "http://localhost:2#private=allow&name=localhost-1-2"},
			},
			shown: "http://localhost:1 as localhost-1-3",
		},
		{
			name: "elsewhere", addresses: []string{"https://u:s3cret@Hooks.example.com/s3cret"},
			want:  []forward{{name: "hooks.example.com", url: "https://u:s3cret@Hooks.example.com/s3cret#name=hooks.example.com&private=allow"}},
			shown: "https://Hooks.example.com as hooks.example.com",
		},
		{
			name: "settings stay", addresses: []string{"http://[::1]:3000/hook#secret=whsec_a+b/c=&events=Snapshot*"},
			want:  []forward{{name: "1--3000", url: "http://[::1]:3000/hook#name=1--3000&private=allow&secret=whsec_a+b/c=&events=Snapshot*"}},
			shown: "http://[::1]:3000/hook as 1--3000",
		},
		{
			name: "with a name", addresses: []string{"http://localhost:3000/hook#name=mine&private=allow"},
			want:  []forward{{name: "mine", url: "http://localhost:3000/hook#name=mine&private=allow"}},
			shown: "http://localhost:3000/hook as mine",
		},
		{
			name: "at the same host", addresses: []string{"localhost:1/a", "localhost:1/b", "localhost:1/c"},
			want: []forward{
				{name: "localhost-1", url: "http://localhost:1/a#name=localhost-1&private=allow"},
				{name: "localhost-1-2", url: "http://localhost:1/b#name=localhost-1-2&private=allow"},
				{name: "localhost-1-3", url: "http://localhost:1/c#name=localhost-1-3&private=allow"},
			},
			shown: "http://localhost:1/a as localhost-1",
		},
		{
			name: "nothing of a name", addresses: []string{"http://служба/"},
			want: []forward{{name: "forward", url: "http://служба/#name=forward&private=allow"}}, shown: "http://служба as forward",
		},
		{name: "none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := forwards(tc.addresses, tc.others)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			var urls []string
			for _, f := range got {
				urls = append(urls, f.url)
			}
			routes, err := sink.Open(urls, sink.Options{WebhookSecrets: []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}})
			if tc.name != "settings stay" { // the secret is too short
				require.NoError(t, err)
			}
			for i, r := range routes {
				require.Equal(t, got[i].name, r.Name)
				require.NoError(t, r.Sink.Close())
			}
			if len(got) > 0 {
				require.Equal(t, tc.shown, got[0].String())
			}
		})
	}
	for _, wrong := range []string{"", ":", ":s3cret", "#name=s3cret", "kafka://localhost:9092/s3cret", "http://", "http://%zz/s3cret", "s3cret:// x"} {
		_, err := forwards([]string{wrong}, nil)
		require.Error(t, err, wrong)
		require.NotContains(t, err.Error(), "s3cret")
	}
}
