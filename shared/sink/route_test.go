package sink_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

// opened is a sink that keeps what it was made from.
type opened struct{ sink.Spec }

func (opened) Deliver(_ context.Context, batch []sink.Event) []error {
	return make([]error, len(batch))
}
func (opened) Close() error { return nil }

func init() { //nolint:gochecknoinits // a sink registers its scheme
	sink.Register("test", func(s sink.Spec) (sink.Sink, error) { return opened{s}, s.Only("secret") })
}

func TestWants(t *testing.T) {
	t.Parallel()
	e := sink.Event{
		Type: vod.TypeSnapshotComplete, Status: vod.Failed, Extend: `{"tenant":"acme","n":7,"on":true,"a&b":"x=y"}`,
		Facts: []media.Fact{{Kind: media.Image}},
	}
	plain := sink.Event{Type: "Unheard", Extend: "job-42"}
	for _, tc := range []struct {
		name         string
		settings     string
		wants, plain bool
	}{
		{name: "everything", wants: true, plain: true},
		{name: "a type", settings: "events=SnapshotComplete", wants: true},
		{name: "another type", settings: "events=TranscodeComplete"},
		{name: "one of several", settings: "events=TranscodeComplete,SnapshotComplete", wants: true},
		{name: "a pattern", settings: "events=Snap*", wants: true},
		{name: "a pattern in the middle", settings: "events=S*p*ete", wants: true},
		{name: "a pattern that overlaps", settings: "events=SnapshotComplete*Complete"},
		{name: "any type", settings: "events=*", wants: true, plain: true},
		{name: "failed", settings: "status=failed", wants: true},
		{name: "without a status", settings: "status=none", plain: true},
		{name: "succeeded or none", settings: "status=succeeded,none", plain: true},
		{name: "kind", settings: "kind=image,video", wants: true},
		{name: "another kind", settings: "kind=attached"},
		{name: "text of Extend", settings: "extend=job-*", plain: true},
		{name: "a member of Extend", settings: "extend.tenant=ac*", wants: true},
		{name: "a number", settings: "extend.n=7", wants: true},
		{name: "a word", settings: "extend.on=true", wants: true},
		{name: "no such member", settings: "extend.other=*"},
		{name: "escaped", settings: "extend.a%26b=x=y", wants: true},
		{name: "two members", settings: "extend.tenant=acme&extend.n=8"},
		{name: "one of several members", settings: "extend.tenant=beta,ac*", wants: true},
		{name: "none of several members", settings: "extend.tenant=beta,gamma"},
		{name: "one of several texts", settings: "extend=beta,job-*", plain: true},
		{name: "a comma in a text", settings: "extend=*acme\"%2C\"n\"*", wants: true},
		{name: "a comma in a text, not escaped", settings: "extend=beta,*n\":8*"},
		{name: "an escape among what has to be escaped", settings: "extend=*\"a%26b\"*", wants: true},
		{name: "all of them", settings: "events=Snap*&status=failed&kind=image&extend.tenant=acme", wants: true},
		{name: "all but one", settings: "events=Snap*&status=succeeded&kind=image&extend.tenant=acme"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			routes, err := sink.Open([]string{"test://host/path?q=1#name=a&" + tc.settings}, sink.Options{})
			require.NoError(t, err)
			require.Equal(t, tc.wants, routes[0].Wants(e))
			require.Equal(t, tc.plain, routes[0].Wants(plain))
		})
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	routes, err := sink.Open([]string{
		"test://u:p@host/path?q=1#timeout=2m&secret=whsec_a%2Bb+c/d=&name=crm.eu-1_b", "test:#name=two",
	}, sink.Options{WebhookSecrets: []string{"s"}})
	require.NoError(t, err)
	require.Len(t, routes, 2)
	require.Equal(t, "crm.eu-1_b", routes[0].Name)
	require.Equal(t, 2*time.Minute, routes[0].Timeout)
	require.Equal(t, sink.DefaultTimeout, routes[1].Timeout)
	spec, ok := routes[0].Sink.(opened)
	require.True(t, ok)
	require.Equal(t, "test://u:p@host/path?q=1", spec.URL.String())
	require.Equal(t, 2*time.Minute, spec.Timeout)
	require.Equal(t, map[string]string{"secret": "whsec_a+b+c/d="}, spec.Settings)
	require.Equal(t, []string{"s"}, spec.Secrets)
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		urls []string
		want []string // parts of the error
	}{
		{name: "no URL", urls: []string{"://s3cret"}, want: []string{"sink 1", "cannot be read"}},
		{name: "no URL, but a name", urls: []string{"test://u:s3cret/@h#name=a"}, want: []string{"sink a", "cannot be read", "%2F"}},
		{name: "no URL, and no settings", urls: []string{"test://u:s3cret/@h#name"}, want: []string{"sink 1", "URL cannot be read"}},
		{name: "no port for one host", urls: []string{"test://h1:9092,h2/s3cret#name=a"}, want: []string{"sink a", "all have a port"}},
		{name: "several IPv6 addresses", urls: []string{"test://[::1]:9092,h2:9092/s3cret#name=a"}, want: []string{"sink a", "none is an IPv6 address"}},
		{name: "no scheme", urls: []string{"//s3cret/#name=a"}, want: []string{"sink a", "begins with no scheme", "knows test"}},
		{name: "no name", urls: []string{"test://s3cret"}, want: []string{"sink 1", "#name=crm"}},
		{name: "a name with blanks", urls: []string{"test:#name=a%20b"}, want: []string{"sink 1", "letters"}},
		{name: "two names", urls: []string{"test:#name=a&name=b"}, want: []string{`"name" is there twice`}},
		{name: "two of a name", urls: []string{"test:#name=a", "test:#name=a"}, want: []string{"sink a", "two of that name"}},
		{name: "all that are wrong", urls: []string{"test:", "test:#name=a", "test:#"}, want: []string{"sink 1", "sink 3"}},
		{name: "scheme", urls: []string{"ftp://s3cret#name=a"}, want: []string{"sink a", `"ftp"`, "knows test"}},
		{name: "type", urls: []string{"test:#name=a&events=TranscodeComplet"}, want: []string{"sink a", "events", `"TranscodeComplet"`, "with * at the end"}},
		{name: "empty type", urls: []string{"test:#name=a&events=TranscodeComplete,"}, want: []string{"events"}},
		{name: "status", urls: []string{"test:#name=a&status=ok"}, want: []string{"status", `"ok" is none of succeeded, failed, none`}},
		{name: "kind", urls: []string{"test:#name=a&kind=audio"}, want: []string{"kind", "video, image, attached"}},
		{name: "events twice", urls: []string{"test:#name=a&events=*&events=*"}, want: []string{`"events" is there twice`}},
		{name: "timeout", urls: []string{"test:#name=a&timeout=1h"}, want: []string{"timeout", "100ms to 5m"}},
		{name: "timeout without a unit", urls: []string{"test:#name=a&timeout=10"}, want: []string{"timeout"}},
		{name: "unknown setting", urls: []string{"test:#name=a&sekret=s3cret"}, want: []string{"sink a", `"sekret"`, "events", "secret"}},
		{name: "setting of a sink twice", urls: []string{"test:#name=a&secret=s3cret&secret=b"}, want: []string{`"secret" is there twice`}},
		{name: "a secret for a setting", urls: []string{"test:#name=a&s3cretMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=="}, want: []string{"sink a", "unknown setting number 2"}},
		{name: "a secret for a setting twice", urls: []string{"test:#name=a&s3cret=&s3cret="}, want: []string{"sink a", "setting number 2 is there twice"}},
		{name: "a secret for a setting, escaped badly", urls: []string{"test:#name=a&&s3cret=%zz"}, want: []string{"sink 1", "setting number 2 has a bad escape"}},
		{name: "a secret for a type", urls: []string{"test:#name=a&events=X*,s3cret"}, want: []string{"events: number 2 of the list is no event type"}},
		{name: "a secret for a status", urls: []string{"test:#name=a&status=s3cret"}, want: []string{"status: number 1 of the list is none of succeeded"}},
		{name: "a secret for a kind", urls: []string{"test:#name=a&kind=video,s3cret"}, want: []string{"kind: number 2 of the list is none of video"}},
		{name: "a secret for a scheme", urls: []string{"s3cret:abc#name=a"}, want: []string{"sink a", "unknown scheme: this program knows"}},
		{name: "no setting", urls: []string{"test:#name=a&s3cret"}, want: []string{"cannot be read"}},
		{name: "bad escape", urls: []string{"test:#name=a&secret=%zzs3cret"}, want: []string{"sink 1"}},
		{name: "extend twice", urls: []string{"test:#name=a&extend.tenant=a&extend.tenant=b"}, want: []string{`"extend.tenant" is there twice`}},
		{name: "extend of nothing", urls: []string{"test:#name=a&extend.=x"}, want: []string{`"extend."`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := sink.Open(tc.urls, sink.Options{})
			require.Error(t, err)
			for _, part := range tc.want {
				require.ErrorContains(t, err, part)
			}
			require.NotContains(t, err.Error(), "s3cret")
		})
	}
}

func TestRegisterTwice(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "sink: scheme registered twice: test", func() { sink.Register("test", nil) })
	require.Contains(t, sink.Schemes(), "test")
}
