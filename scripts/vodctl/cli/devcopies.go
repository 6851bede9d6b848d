package cli

import (
	"cmp"
	"errors"
	neturl "net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/sink"
)

// copies is where dev sends copies of events.
type copies struct {
	urls     []string // which may hold passwords
	names    []string
	secrets  []string  // of webhooks; none means that dev makes one
	from     string    // the flag or setting with the URLs of sinks
	forwards []forward // those of --forward-to, which are the last ones of urls
}

// sinkEnv is the --sink that stands for all of VOD_SINKS. They have to be asked for:
// a shell may have those of the functions in production.
const sinkEnv = "env"

// copies returns where to send copies.
func (c *devCommand) copies(a *app) (copies, error) {
	env, _ := config.Load(a.Getenv) // what is wrong with other settings does not matter here
	to := copies{urls: c.Sink, secrets: env.WebhookSecrets, from: "--sink"}
	if len(c.Sink) == 1 && c.Sink[0] == sinkEnv {
		to.urls, to.from = env.Sinks, "VOD_SINKS"
	}
	secrets := to.secrets
	if len(secrets) == 0 {
		secrets = []string{dev.NewWebhookSecret()}
	}
	var err error
	if to.forwards, err = forwards(c.ForwardTo, to.urls); err != nil {
		return to, err
	}
	from := to.from
	switch {
	case len(to.forwards) > 0 && len(to.urls) == 0:
		from = "--forward-to"
	case len(to.forwards) > 0:
		from += ", --forward-to"
	}
	to.urls = slices.Clone(to.urls)
	for _, f := range to.forwards {
		to.urls = append(to.urls, f.url)
	}
	routes, err := sink.Open(to.urls, sink.Options{WebhookSecrets: secrets})
	for _, r := range routes {
		to.names = append(to.names, r.Name)
		err = errors.Join(err, r.Sink.Close())
	}
	if err != nil {
		return to, usagef("%s: %v", from, err)
	}
	return to, nil
}

// forward is a service of the developer's own that gets copies.
type forward struct {
	name string // of the sink
	url  string // of the sink, with its settings, which may hold a secret
}

// What an address of --forward-to may begin with: a scheme, or else just a port, which is
// one of this machine, or a host.
var (
	withScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	withPort   = regexp.MustCompile(`^:?([0-9]+)($|[/?#])`)
)

// forwards returns the sinks that stand for the addresses of --forward-to: webhooks with a
// name of their own, which none of the other sinks has, that may be at private addresses.
// Settings that an address has stay.
func forwards(addresses, others []string) ([]forward, error) {
	var taken []string
	for _, url := range slices.Concat(others, addresses) {
		_, given, _ := strings.Cut(url, "#")
		settings, _ := neturl.ParseQuery(given)
		taken = append(taken, settings.Get("name"))
	}
	var all []forward
	for _, address := range addresses {
		if !withScheme.MatchString(address) {
			address = "http://" + withPort.ReplaceAllString(address, "localhost:$1$2")
		}
		u, err := neturl.Parse(address)
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, usagef("--forward-to: want the URL of a service that takes webhooks, such as http://localhost:3000/hook, or the port of one on this machine; " +
				"for places of other kinds there is --sink")
		}
		address, given, _ := strings.Cut(address, "#")
		settings, _ := neturl.ParseQuery(given) // what is wrong with them, the sink says
		f := forward{name: settings.Get("name")}
		var added []string
		if f.name == "" {
			f.name = freeName(u.Host, taken)
			taken = append(taken, f.name)
			added = append(added, "name="+f.name)
		}
		if !settings.Has("private") {
			added = append(added, "private=allow")
		}
		if given != "" {
			added = append(added, given)
		}
		f.url = address + "#" + strings.Join(added, "&")
		all = append(all, f)
	}
	return all, nil
}

// freeName returns the name of the sink at a host. It is the same each time, so that what is
// owed to it from before gets there, and has nothing in it that may be secret.
func freeName(host string, taken []string) string {
	const longest = 56 // a name has up to 64 characters: there is place for a number
	name := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(host))
	name = cmp.Or(strings.Trim(name[:min(len(name), longest)], "-."), "forward")
	free := name
	for n := 2; slices.Contains(taken, free); n++ {
		free = name + "-" + strconv.Itoa(n)
	}
	return free
}

// String says where copies go, without what may be secret: user, query, settings and, on
// another machine, the path.
func (f forward) String() string {
	u, err := neturl.Parse(f.url)
	if err != nil {
		return f.name
	}
	place := u.Scheme + "://" + u.Host
	if loopback(f.url) {
		place += u.EscapedPath()
	}
	return place + " as " + f.name
}

// forwardNames are the names of the sinks of --forward-to.
func (to copies) forwardNames() []string { return to.names[len(to.names)-len(to.forwards):] }

// sinks says which sinks there are besides those of --forward-to, and who says so.
func (to copies) sinks() string {
	names := to.names[:len(to.names)-len(to.forwards)]
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, ", ") + " (" + to.from + ")"
}

// places says where copies go for --forward-to.
func (to copies) places() string {
	var all []string
	for _, f := range to.forwards {
		all = append(all, f.String())
	}
	return strings.Join(all, ", ")
}

// secret says what webhooks are signed with: what dev made itself, or where it has it from.
func (to copies) secret(made string) string {
	if made == "" && len(to.forwards) > 0 {
		return "that of VOD_WEBHOOK_SECRET"
	}
	return made
}
