package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

// forgetful is a store that keeps nothing.
type forgetful struct{ url *url.URL }

func (forgetful) Commit(context.Context, []store.Record) ([]store.Outcome, error) {
	return nil, errors.New("forgotten")
}

func (forgetful) Close() error { return nil }

func TestMain(m *testing.M) {
	store.Register("forgetful", func(u *url.URL) (store.Store, error) {
		if u.Host == "" {
			return nil, errors.New("forgetful: no host")
		}
		return forgetful{url: u}, nil
	})
	m.Run()
}

func TestOpen(t *testing.T) {
	t.Parallel()
	s, err := store.Open("forgetful://me:secret@host/path?x=1#y")
	require.NoError(t, err)
	f, ok := s.(forgetful)
	require.True(t, ok)
	require.Equal(t, "forgetful://me:secret@host/path?x=1#y", f.url.String(), "the opener sees all of it")

	for _, tc := range []struct {
		name string
		url  string
		want string // a part of the error
	}{
		{name: "refused by the opener", url: "forgetful:secret", want: "no host"},
		{name: "unknown scheme", url: "mongodb://secret@host", want: `"mongodb"`},
		{name: "what is known is said", url: "mongodb://secret@host", want: "forgetful"},
		{name: "no scheme", url: "secret.db", want: "write it like"},
		{name: "empty", url: "", want: "write it like"},
		{name: "no URL", url: "forgetful://me:secret@host:port", want: "URL"},
		{name: "password without a host", url: "forgetful://me:secret", want: "URL"},
		{name: "control character", url: "forgetful://secret\n", want: "URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := store.Open(tc.url)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestRegisterTwice(t *testing.T) {
	t.Parallel()
	require.Contains(t, store.Schemes(), "forgetful")
	require.Panics(t, func() { store.Register("forgetful", nil) })
}

func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"host", "%zz", "[::1", "host:port", "h/%", "\x7f", "h?a=%zz#%", "h@h", "/", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		const password = "pAssw0rd-of-the-user"
		s, err := store.Open("forgetful://user:" + password + "@" + rest)
		if err != nil {
			require.Nil(t, s)
			require.NotContains(t, err.Error(), password)
			return
		}
		f, ok := s.(forgetful)
		require.True(t, ok)
		require.NotEmpty(t, f.url.Host)
	})
}

func ExampleOpen() {
	s, err := store.Open("forgetful://host")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	_, err = s.Commit(context.Background(), []store.Record{{Body: []byte("{}")}})
	fmt.Println(err)
	_, err = store.Open("postgres://user:password@host")
	fmt.Println(strings.Contains(err.Error(), "password"))
	// Output:
	// forgotten
	// false
}
