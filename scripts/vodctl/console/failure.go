package console

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/vodevents/vodevents/shared/store"
)

// errNotFound means that there is no such page, or no longer.
var errNotFound = errors.New("there is nothing at this address")

// requestError is a mistake in what was asked for.
type requestError struct{ problem string }

func (e *requestError) Error() string { return e.problem }

// failure is what the error page shows.
type failure struct{ Status, Problem, Advice string }

// fail writes what went wrong, as a page.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(context.Cause(r.Context()), errSlow) {
		err = errSlow
	}
	var status int
	var f failure
	bad, isBad := errors.AsType[*requestError](err)
	switch {
	case errors.Is(err, errNotFound):
		status, f = http.StatusNotFound, failure{Status: "Not found", Problem: "There is nothing at this address."}
		if r.PathValue("id") != "" {
			f.Advice = "If it is on its way, it appears here by itself."
		}
	case isBad:
		status, f = http.StatusBadRequest, failure{Status: "That cannot be asked", Problem: bad.problem}
	case errors.Is(err, store.ErrNotMigrated):
		status = http.StatusServiceUnavailable
		f = failure{Status: "No tables yet", Problem: "The tables of the store are missing or out of date.", Advice: "Run vodctl migrate."}
	case r.Context().Err() != nil && !errors.Is(err, errSlow):
		return // nobody waits for it
	default:
		status = http.StatusBadGateway
		f = failure{Status: "The store does not answer", Problem: err.Error(), Advice: c.awayAdvice() + " This page tries again by itself."}
		c.settings.Log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err.Error())
	}
	c.write(w, r, status, view{Name: "failure", Title: f.Status, Data: f})
}

// awayAdvice returns what to look at when the store does not answer.
func (c *Console) awayAdvice() string {
	if strings.HasPrefix(c.settings.StoreName, "sqlite:") { // which does not run
		return "Is the file there, and may this user write it and its directory? Even reading needs that."
	}
	return "Is it running?"
}
