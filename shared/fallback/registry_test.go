package fallback_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
)

// forgetful is a fallback that keeps nothing.
type forgetful struct{ url *url.URL }

func (forgetful) Put(context.Context, []byte) error { return errors.New("forgotten") }

func (forgetful) Drain(context.Context, fallback.Take) (int, error) { return 0, nil }

func (forgetful) Waiting(context.Context) (int, error) { return 0, nil }

func (forgetful) Close() error { return nil }

func TestMain(m *testing.M) {
	fallback.Register("forgetful", func(u *url.URL) (fallback.Fallback, error) {
		if u.Host == "" {
			return nil, errors.New("forgetful: no host")
		}
		return forgetful{url: u}, nil
	})
	m.Run()
}

func TestOpen(t *testing.T) {
	t.Parallel()
	opened, err := fallback.Open("forgetful://me:secret@host/path?x=1#y")
	require.NoError(t, err)
	f, ok := opened.(forgetful)
	require.True(t, ok)
	require.Equal(t, "forgetful://me:secret@host/path?x=1#y", f.url.String(), "the opener sees all of it")

	for _, tc := range []struct {
		name string
		url  string
		want string // a part of the error
	}{
		{name: "refused by the opener", url: "forgetful:secret", want: "no host"},
		{name: "unknown scheme", url: "sqs://secret@host", want: `"sqs"`},
		{name: "what is known is said", url: "sqs://secret@host", want: "forgetful"},
		{name: "no scheme", url: "/var/spool/secret", want: "write it like"},
		{name: "no URL", url: "forgetful://me:secret@host:port", want: "URL"},
		{name: "password without a host", url: "forgetful://me:secret", want: "URL"},
		{name: "control character", url: "forgetful://secret\n", want: "URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := fallback.Open(tc.url)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestOpenNothing(t *testing.T) {
	t.Parallel()
	f, err := fallback.Open("")
	require.NoError(t, err)
	require.Nil(t, f, "there is none")
}

func TestRegisterTwice(t *testing.T) {
	t.Parallel()
	require.Contains(t, fallback.Schemes(), "forgetful")
	require.Panics(t, func() { fallback.Register("forgetful", nil) })
}

func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"host", "%zz", "[::1", "host:port", "h/%", "\x7f", "h?a=%zz#%", "h@h", "/", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		const password = "pAssw0rd-of-the-user"
		opened, err := fallback.Open("forgetful://user:" + password + "@" + rest)
		if err != nil {
			require.Nil(t, opened)
			require.NotContains(t, err.Error(), password)
			return
		}
		f, ok := opened.(forgetful)
		require.True(t, ok)
		require.NotEmpty(t, f.url.Host)
	})
}

func ExampleOpen() {
	f, err := fallback.Open("forgetful://host")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Put(context.Background(), []byte("{}")))
	_, err = fallback.Open("sqs://user:password@host")
	fmt.Println(strings.Contains(err.Error(), "password"))
	// Output:
	// forgotten
	// false
}
