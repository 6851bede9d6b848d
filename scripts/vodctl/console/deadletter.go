package console

import (
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// letterPage is one dead letter.
type letterPage struct {
	store.DeadLetter

	Why    reason
	Digest string
	Body   shownBody
	// Arrivals is how it came in, if that is remembered.
	Arrivals []intake.Arrival
}

// deadLetter shows one dead letter.
func (c *Console) deadLetter(r *http.Request) (view, error) {
	l, err := c.findLetter(r)
	if err != nil {
		return view{}, err
	}
	page := letterPage{
		DeadLetter: l, Why: reasonOf(l.Reason), Digest: hex.EncodeToString(l.SHA256[:]), Body: shown(l.Body, l.Size),
	}
	if c.settings.Intake != nil {
		page.Arrivals = c.settings.Intake.Of(l.ID)
	}
	return view{Name: "deadletter", Title: "Dead letter: " + page.Why.Word, Nav: "dead-letters", Data: page}, nil
}

// findLetter returns the dead letter that an address names.
func (c *Console) findLetter(r *http.Request) (store.DeadLetter, error) {
	var id vod.ID
	if id.UnmarshalText([]byte(r.PathValue("id"))) != nil {
		return store.DeadLetter{}, errNotFound
	}
	found, err := c.reader.DeadLetters(r.Context(), store.DeadLetterQuery{IDs: []vod.ID{id}})
	if err == nil && len(found) == 0 {
		err = errNotFound
	}
	if err != nil {
		return store.DeadLetter{}, err
	}
	return found[0], nil
}

// letterBody writes what was kept of the body, byte for byte.
func (c *Console) letterBody(w http.ResponseWriter, r *http.Request) {
	l, err := c.findLetter(r)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="dead-letter-`+l.ID.String()+`"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(l.Body)
}

// redriveLetter puts a dead letter through the pipeline again.
func (c *Console) redriveLetter(r *http.Request) (address, notice string, err error) {
	l, err := c.findLetter(r)
	if errors.Is(err, errNotFound) {
		return "/dead-letters", "gone", nil
	}
	if err != nil {
		return "", "", err
	}
	address = "/dead-letters/" + l.ID.String()
	result, err := c.settings.Pipeline.RedriveDeadLetter(r.Context(), l)
	switch {
	case errors.Is(err, pipeline.ErrUnable):
		return address, "unable", nil
	case errors.Is(err, pipeline.ErrNotWhole):
		return address, "not-whole", nil
	case err != nil:
		return "", "", err
	case result.Outcome == pipeline.DeadLetter:
		return address, "still-unreadable", nil
	default:
		return "/events/" + result.ID.String(), "redriven", nil
	}
}

// dropLetter removes a dead letter for good.
func (c *Console) dropLetter(r *http.Request) (address, notice string, err error) {
	l, err := c.findLetter(r)
	if errors.Is(err, errNotFound) {
		return "/dead-letters", "gone", nil
	}
	if err != nil {
		return "", "", err
	}
	m, ok := c.settings.Store.(store.Maintainer)
	if !ok {
		return "/dead-letters/" + l.ID.String(), "unable", nil
	}
	_, err = m.DropDeadLetters(r.Context(), l.ID)
	return "/dead-letters", "dropped", err
}
