package console

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/pipeline"
)

// arrivalsPage is the list of what came in lately.
type arrivalsPage struct {
	Rows []intake.Arrival
	// Refused says that only those are listed that were refused or not stored; Count is
	// how many of these there are.
	Refused bool
	Count   int
	First   bool   // the page with the newest ones
	Older   string // the address of the next page; empty at the end
	Newest  string
}

// arrivals shows what came in lately.
func (c *Console) arrivals(r *http.Request) (view, error) {
	values := r.URL.Query()
	page := arrivalsPage{Refused: values.Get("only") == "refused", First: values.Get("before") == "", Newest: "/arrivals"}
	before, err := strconv.Atoi(values.Get("before"))
	if err != nil && !page.First {
		return view{}, &requestError{"The address of this page of the list is not whole."}
	}
	next := url.Values{}
	if page.Refused {
		next.Set("only", "refused")
		page.Newest += "?" + next.Encode()
	}
	for _, a := range c.settings.Intake.List(intake.Keep) {
		refused := becameOf(a).Refused
		if refused {
			page.Count++
		}
		switch {
		case page.Refused && !refused, !page.First && a.Number >= before:
		case len(page.Rows) < pageSize:
			page.Rows = append(page.Rows, a)
		case page.Older == "":
			next.Set("before", strconv.Itoa(page.Rows[pageSize-1].Number))
			page.Older = "/arrivals?" + next.Encode()
		}
	}
	return view{Name: "arrivals", Title: "Arrivals", Nav: "arrivals", Data: page}, nil
}

// became is what became of an arrival, for people.
type became struct {
	Word, Tone string
	Refused    bool // it was refused, or not stored
}

// becameOf says what became of an arrival.
func becameOf(a intake.Arrival) became {
	switch {
	case a.Outcome == pipeline.DeadLetter:
		return became{Word: "dead letter", Tone: "warn"}
	case a.Outcome == pipeline.FellBack:
		return became{Word: "in the fallback", Tone: "warn"}
	case a.Outcome == pipeline.Failed, a.Outcome == "" && a.Status >= http.StatusInternalServerError:
		return became{Word: "not stored", Tone: "bad", Refused: true}
	case a.Outcome == "":
		return became{Word: "refused", Tone: "bad", Refused: true}
	default:
		return became{Word: string(a.Outcome), Tone: tone(a.Outcome)}
	}
}
