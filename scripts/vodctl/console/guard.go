package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
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
// change something have to come from the console's own pages.
func (c *Console) Handler() http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this came from a page of another origin", http.StatusForbidden)
	}))
	return origin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case c.settings.Token == "" && !onLoopback(r.Host):
			http.Error(w, "the console is for this machine: open it as localhost or 127.0.0.1", http.StatusForbidden)
		case !c.known(r) && !strings.HasPrefix(r.URL.Path, "/assets/") && r.URL.Path != "/login":
			w.Header().Set("WWW-Authenticate", "Bearer")
			c.write(w, r, http.StatusUnauthorized, view{Name: "login", Title: "Sign in", Bare: true})
		default:
			c.mux.ServeHTTP(w, r)
		}
	}))
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

// cookieName is the cookie of those who gave the token.
const cookieName = "vodctl_console"

// known reports whether a request comes with the token, or with the cookie for it.
func (c *Console) known(r *http.Request) bool {
	if c.settings.Token == "" {
		return true
	}
	if given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return same(given, c.settings.Token)
	}
	cookie, err := r.Cookie(cookieName)
	return err == nil && same(cookie.Value, c.pass())
}

// pass returns what the cookie holds: proof of the token, and not the token itself.
func (c *Console) pass() string {
	mac := hmac.New(sha256.New, []byte(c.settings.Token))
	mac.Write([]byte("vodctl console"))
	return hex.EncodeToString(mac.Sum(nil))
}

func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b)) // so that lengths do not show
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// login takes the token.
func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<12)
	if !same(strings.TrimSpace(r.PostFormValue("token")), c.settings.Token) {
		c.write(w, r, http.StatusUnauthorized, view{Name: "login", Title: "Sign in", Bare: true, Data: "That is not the token."})
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is for TLS, which a proxy may have and loopback has not
		Name: cookieName, Value: c.pass(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	http.Redirect(w, r, "/events", http.StatusSeeOther)
}
