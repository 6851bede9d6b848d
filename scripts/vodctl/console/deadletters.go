package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

// lettersPage is the list of dead letters.
type lettersPage struct {
	Reason  store.Reason // that is filtered by; empty for any
	Reasons []reason
	Rows    []letterRow
	// More says that there are more than are listed.
	More bool
	// Again is how many of them go through the pipeline again if all do.
	Again int
}

// letterRow is a dead letter in a list.
type letterRow struct {
	store.DeadLetter

	Why reason
}

// deadLetters shows the list of dead letters.
func (c *Console) deadLetters(r *http.Request) (view, error) {
	page := lettersPage{Reason: store.Reason(r.URL.Query().Get("reason")), Reasons: reasons()}
	found, err := c.letters(r, page.Reason, manyRows+1)
	if err != nil {
		return view{}, err
	}
	if page.More = len(found) > manyRows; page.More {
		found = found[:manyRows]
	}
	for _, l := range found {
		page.Rows = append(page.Rows, letterRow{DeadLetter: l, Why: reasonOf(l.Reason)})
		if goesAgain(l) {
			page.Again++
		}
	}
	return view{Name: "deadletters", Title: "Dead letters", Nav: "dead-letters", Data: page}, nil
}

// letters returns the last dead letters, with a reason if it is not empty.
func (c *Console) letters(r *http.Request, why store.Reason, limit int) ([]store.DeadLetter, error) {
	if why != "" && reasonOf(why).Means == "" {
		return nil, &requestError{"There are no dead letters of that kind."}
	}
	return c.reader.DeadLetters(r.Context(), store.DeadLetterQuery{Reason: why, Limit: limit})
}

// goesAgain reports whether a dead letter is tried again if all are. What an operator
// dropped comes back only by its own button.
func goesAgain(l store.DeadLetter) bool { return l.Whole() && l.Reason != store.ReasonDropped }

// redriveLetters puts all dead letters of the list through the pipeline again.
func (c *Console) redriveLetters(r *http.Request) (address, notice string, err error) {
	why := store.Reason(r.PostFormValue("reason"))
	found, err := c.letters(r, why, manyRows)
	if err != nil {
		return "", "", err
	}
	address = "/dead-letters"
	if why != "" {
		address += "?" + url.Values{"reason": {string(why)}}.Encode()
	}
	went, tried := 0, 0
	for _, l := range found {
		if !goesAgain(l) {
			continue
		}
		result, err := c.settings.Pipeline.RedriveDeadLetter(r.Context(), l)
		switch {
		case errors.Is(err, pipeline.ErrUnable):
			return address, "unable", nil
		case err != nil && went == 0:
			return "", "", err
		case err == nil && result.Outcome != pipeline.DeadLetter:
			went++
		}
		tried++
	}
	return address, fmt.Sprintf("redriven-%d-of-%d", went, tried), nil
}
