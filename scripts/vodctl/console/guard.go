package console

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// policy says what pages may load: what comes from here. Images of events are not
// shown, since they are elsewhere.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler returns the console behind its guard, for an address to listen at, such as
// 127.0.0.1:8081.
//
// A name that somebody else owns may lead to loopback (DNS rebinding): without a token
// only requests for an address of loopback, or localhost, are answered. Requests that
// change something have to come from the console's own pages, or from a program that is
// no browser. Without the token there is nothing but the page that asks for it.
func (c *Console) Handler() http.Handler {
	origin := http.NewCrossOriginProtection()
	foreign := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this came from a page of another origin", http.StatusForbidden)
	})
	origin.SetDenyHandler(foreign)
	return origin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer, which takes the origin from forms, too. Without TLS it is all
		// that tells where they come from. Source: Fetch Standard, "append a request
		// `Origin` header", and Fetch Metadata, "set the fetch metadata headers" (read
		// 2026-11-24).
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case referredElsewhere(r):
			foreign(w, r)
		case c.settings.Token == "" && !onLoopback(r.Host):
			http.Error(w, "the console is for this machine: open it as localhost or 127.0.0.1", http.StatusForbidden)
		case strings.HasPrefix(r.URL.Path, "/assets/") || r.Method == http.MethodPost && r.URL.Path == "/login" || c.known(r):
			c.mux.ServeHTTP(w, r)
		default:
			c.askToken(w, r)
		}
	}))
}

// referredElsewhere reports whether a request that may change something was made by a
// page of another host. Browsers that are too old to say that otherwise send a Referer.
func referredElsewhere(r *http.Request) bool {
	referer := r.Header.Get("Referer")
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions:
		return false
	case referer == "" || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "": // which have been looked at
		return false
	}
	u, err := url.Parse(referer)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}

// onLoopback reports whether a Host header names this machine itself.
func onLoopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}
