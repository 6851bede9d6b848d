package intake

import (
	"net/http"
	"slices"
	"strings"
)

// hidden stands for a value that is not kept.
const hidden = "…"

// withoutSecrets returns a copy of a header that keeps no value which may prove who
// somebody is: Authorization, Cookie, and what Function Compute gives to functions, such
// as X-Fc-Access-Key-Secret and X-Fc-Security-Token. VOD's own X-VOD-SIGNATURE, which is
// for one body and one address, stays.
func withoutSecrets(h http.Header) http.Header {
	h = h.Clone()
	for name, values := range h {
		if secret(name) {
			h[name] = slices.Repeat([]string{hidden}, len(values))
		}
	}
	return h
}

// secret reports whether the value of a header may be secret, by its name.
func secret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"auth", "cookie", "credential", "key", "password", "secret", "token"}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

// withoutValues returns a URL whose query has its names only: a value may be a key.
func withoutValues(url string) string {
	before, query, ok := strings.Cut(url, "?")
	if !ok {
		return url
	}
	pairs := strings.Split(query, "&")
	for i, p := range pairs {
		if name, _, has := strings.Cut(p, "="); has {
			pairs[i] = name + "=" + hidden
		}
	}
	return before + "?" + strings.Join(pairs, "&")
}
