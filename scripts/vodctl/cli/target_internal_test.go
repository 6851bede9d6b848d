package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
)

// announce has vodctl devs found at addresses, the last one started last.
func announce(t *testing.T, all ...dev.Address) {
	t.Helper()
	ownCache(t)
	for i, at := range all {
		at.PID = []int{os.Getpid(), os.Getppid()}[i] // of processes that run
		at.Started = at.Started.AddDate(1, 0, i)
		withdraw, err := at.Announce()
		require.NoError(t, err)
		t.Cleanup(withdraw)
	}
}

// TestKeyOfDev is not parallel: it changes where a vodctl dev is found.
func TestKeyOfDev(t *testing.T) {
	announce(t,
		dev.Address{CallbackURL: "http://127.0.0.1:8080/callback", AuthKey: "Older1"},
		dev.Address{CallbackURL: "http://127.0.0.1:9090/callback", AuthKey: "Newer1"},
	)
	for _, tc := range []struct {
		name, url, given, signedURL string
		key, signs                  string
	}{
		{name: "the last one started", key: "Newer1", signs: "http://127.0.0.1:9090/callback"},
		{name: "the older one", url: "http://127.0.0.1:8080/callback", key: "Older1", signs: "http://127.0.0.1:8080/callback"},
		{name: "by its name", url: "http://LocalHost:8080/callback", key: "Older1", signs: "http://127.0.0.1:8080/callback"},
		{name: "another path", url: "http://localhost:9090/x?a=b", key: "Newer1", signs: "http://127.0.0.1:9090/x?a=b"},
		{name: "a key that was given", url: "http://127.0.0.1:8080/callback", given: "Mine1", key: "Mine1", signs: "http://127.0.0.1:8080/callback"},
		{name: "a signed URL that was given", url: "http://127.0.0.1:8080/callback", signedURL: "https://a.example/", key: "Older1", signs: "https://a.example/"},
		{name: "another receiver", url: "http://localhost:7070/callback", key: "OfTheServer1"},
		{name: "without a port", url: "http://localhost/callback", key: "OfTheServer1"},
		{name: "another protocol", url: "https://127.0.0.1:8080/callback", key: "OfTheServer1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := &app{self: "vodctl", Surroundings: Surroundings{Getenv: func(name string) string {
				return map[string]string{"VOD_AUTH_KEY": "OfTheServer1"}[name]
			}}}
			c := destination{Via: "http", URL: tc.url, Key: tc.given, SignedURL: tc.signedURL}
			to, err := c.target(a, false)
			require.NoError(t, err)
			require.Equal(t, tc.key, to.key)
			require.Equal(t, tc.signs, to.signedURL)
			if tc.url != "" {
				require.Equal(t, tc.url, to.url, "what is called stays")
			}
		})
	}
}

func TestDevThatOthersReach(t *testing.T) {
	t.Parallel()
	for listen, reached := range map[string]bool{":9999": true, "0.0.0.0:9999": true, "192.0.2.1:9999": true, "127.0.0.1:9999": false, "localhost:0": false} {
		a, text := said()
		require.NoError(t, (&devCommand{Listen: listen}).welcome(a, dev.Address{}, copies{}))
		require.Equal(t, reached, strings.Contains(text.String(), "Others can reach the callback URL, at "+listen), listen)
	}
}

// said returns an app whose notes are kept.
func said() (*app, *strings.Builder) {
	notes := &strings.Builder{}
	return &app{self: "vodctl", Surroundings: Surroundings{Stdout: notes, Stderr: notes, Getenv: func(string) string { return "" }}}, notes
}
