package console

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// MinToken is how long a token has to be at least, in characters. Random ones of that
// length cannot be guessed.
const MinToken = 16

// guessTime is how long a wrong token takes, during which no other is looked at.
const guessTime = time.Second

// signIn is what the page shows that asks for the token.
type signIn struct {
	Problem string
	Next    string // the path of the page that was asked for
}

// askToken shows that page, whatever was asked for.
func (c *Console) askToken(w http.ResponseWriter, r *http.Request) {
	page, status := signIn{}, http.StatusUnauthorized
	switch {
	case r.URL.Path == "/login":
		status = http.StatusOK
	case r.Method == http.MethodGet:
		page.Next = localPath(r.URL.RequestURI())
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	c.write(w, r, status, view{Name: "login", Title: "Sign in", Bare: true, Data: page})
}

// localPath returns the path of a page, with its query, or that of the first page if it
// leads, or may lead a browser, to elsewhere.
func localPath(next string) string {
	const first = "/events"
	u, err := url.Parse(next)
	switch {
	case err != nil || u.Host != "" || u.Scheme != "" || u.Path == "/login" || u.Path == "/logout":
		return first
	case !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsRune(next, '\\') || strings.ContainsFunc(next, unicode.IsControl):
		return first
	}
	return next
}

// welcome leads who is let in already to the first page.
func (*Console) welcome(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, localPath(""), http.StatusSeeOther)
}

// login takes the token.
func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	next := localPath(r.PostFormValue("next"))
	if c.settings.Token == "" {
		c.welcome(w, r)
		return
	}
	if !c.guessed(r.Context(), r.PostFormValue("token")) {
		c.write(w, r, http.StatusUnauthorized, view{Name: "login", Title: "Sign in", Bare: true, Data: signIn{Problem: "That is not the token.", Next: next}})
		return
	}
	setCookie(w, r, c.sessions.begin(c.settings.Now()), int(sessionTime/time.Second))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// logout ends the session.
func (c *Console) logout(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		c.sessions.end(cookie.Value)
	}
	setCookie(w, r, "", -1)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// known reports whether a request comes with the token, or in a session of somebody who
// gave it.
func (c *Console) known(r *http.Request) bool {
	if c.settings.Token == "" {
		return true
	}
	if given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return c.guessed(r.Context(), given)
	}
	cookie, err := r.Cookie(cookieName(r))
	return err == nil && c.sessions.has(cookie.Value, c.settings.Now())
}

// guessed reports whether a token is the right one. All wait in one line, in which a wrong
// one takes its time also if whoever gave it has left: there is one guess a second.
func (c *Console) guessed(ctx context.Context, token string) bool {
	select {
	case c.guess <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if same(strings.TrimSpace(token), c.settings.Token) {
		<-c.guess
		return true
	}
	over := make(chan struct{})
	time.AfterFunc(guessTime, func() { <-c.guess; close(over) })
	select {
	case <-over:
	case <-ctx.Done():
	}
	return false
}

func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b)) // so that lengths do not show
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// cookieName returns the name of the cookie that holds the session. Browsers send cookies
// to all ports of a host, where other consoles may be.
func cookieName(r *http.Request) string {
	const name = "vodctl_console"
	_, port, _ := net.SplitHostPort(r.Host) // without a port it is the scheme's
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return name
	}
	return name + "_" + port
}

// setCookie sets that cookie, for so many seconds; a negative number takes it away. It is
// for TLS only where the browser has TLS, be it with a proxy.
func setCookie(w http.ResponseWriter, r *http.Request, session string, seconds int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // loopback has no TLS
		Name: cookieName(r), Value: session, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https"),
	})
}
