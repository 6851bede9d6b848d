package cli

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	neturl "net/url"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
)

// destination says where events go.
type destination struct {
	Via       string `type:"choice" choices:"http,topic,topic-json,queue" default:"http" placeholder:"WAY" help:"As a callback (http), or through an MNS topic (its subscription has the format STREAM, or JSON) or queue of vodctl dev. Default: ${default}."`
	URL       string `help:"Where to; mns://… is a topic or queue. Default: VOD_CALLBACK_URL, if that is on this machine, else the vodctl dev that is running."`
	Key       string `help:"The key that signs. Default: that of the vodctl dev that it is sent to, else VOD_AUTH_KEY."`
	SignedURL string `name:"signed-url" placeholder:"URL" help:"What is signed, if it is not the URL that is called."`
}

// target is where to send, how it is signed, and how it was found: "" if the
// command line says so.
type target struct{ url, key, signedURL, from string }

// The origins of a target that nobody gave on the command line.
const (
	fromEnvironment = "VOD_CALLBACK_URL"
	fromDev         = "vodctl dev"
)

// target finds out where to send. What is only shown may go anywhere.
func (c *destination) target(a *app, show bool) (target, error) {
	running, err := dev.Running()
	to := target{url: c.URL, signedURL: c.SignedURL}
	fromEnv := firstWord(a.Getenv("VOD_CALLBACK_URL"))
	switch {
	case to.url != "":
	case c.Via == "http" && fromEnv != "":
		to.url, to.from = fromEnv, fromEnvironment
	case err != nil && c.Via == "http":
		return to, usagef("where to? give --url, or set VOD_CALLBACK_URL, or start %s dev", a.self)
	case err != nil:
		return to, usagef("where to? %v: start %s dev, or give --url", err, a.self)
	default:
		to.url, to.from = running.URL(c.Via), fromDev
	}
	if err := checkTarget(to.url); err != nil {
		return to, err
	}
	if c.Via != "http" && !to.mns() {
		return to, usagef("--via %s: %s is for callbacks: want the URL of a topic or queue, mns://…", c.Via, shown(to.url))
	}
	if to.from == fromEnvironment && !loopback(to.url) && !show {
		instead := ""
		if err == nil {
			instead = ", or --url " + quote(running.CallbackURL) + " for the vodctl dev that is running"
		}
		return to, usagef("VOD_CALLBACK_URL is %s, which is not on this machine: give --url to send there%s", shown(to.url), instead)
	}
	if to.mns() {
		return to, nil
	}
	to.key = cmp.Or(c.Key, firstWord(a.Getenv("VOD_AUTH_KEY")))
	called := withoutLocalhost(to.url)
	if at, ok := devAt(called); ok { // it knows no other key, whatever is set for another receiver
		to.key, to.signedURL = cmp.Or(c.Key, at.AuthKey), cmp.Or(c.SignedURL, called)
	}
	return to, nil
}

// devAt returns the vodctl dev that takes callbacks at the host and port of a URL, the last
// started if there are several.
func devAt(url string) (dev.Address, bool) {
	all, err := dev.All()
	u, uerr := neturl.Parse(url)
	if err != nil || uerr != nil || u.Scheme != "http" {
		return dev.Address{}, false
	}
	for _, at := range all {
		if own, err := neturl.Parse(at.CallbackURL); err == nil && own.Host == u.Host {
			return at, true
		}
	}
	return dev.Address{}, false
}

// withoutLocalhost returns a URL as vodctl dev calls itself: it has 127.0.0.1 in its
// callback URL, and signatures cover that.
func withoutLocalhost(url string) string {
	u, err := neturl.Parse(url)
	if err != nil || !strings.EqualFold(u.Hostname(), "localhost") || u.Port() == "" {
		return url
	}
	u.Host = net.JoinHostPort("127.0.0.1", u.Port())
	return u.String()
}

// mns reports whether events go to a topic or queue, not as callbacks.
func (t target) mns() bool { return leadsToMNS(t.url) }

// accepted returns the status that says that an event was taken.
func (t target) accepted() int {
	if t.mns() {
		return http.StatusCreated
	}
	return http.StatusOK
}

// String says where to send and who says so.
func (t target) String() string {
	if t.from == "" {
		return shown(t.url)
	}
	return shown(t.url) + " (" + t.from + ")"
}

// shown returns a URL without a password.
func shown(url string) string {
	u, err := neturl.Parse(url)
	if err != nil {
		return "(no URL)"
	}
	return u.Redacted()
}

// checkTarget says what is wrong with a URL to send to.
func checkTarget(url string) error {
	if leadsToMNS(url) {
		return nil // it is looked at when it is opened
	}
	u, err := neturl.Parse(url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return usagef("there is nothing to send to: want a URL such as http://127.0.0.1:8080/callback")
	}
	return nil
}

// loopback reports whether a URL leads to this machine.
func loopback(url string) bool {
	u, err := neturl.Parse(url)
	if err != nil {
		return false
	}
	if strings.EqualFold(u.Hostname(), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.Unmap().IsLoopback()
}

func firstWord(text string) string {
	for word := range strings.FieldsSeq(text) {
		return word
	}
	return ""
}
