package console

import (
	"fmt"
	"net/http"
	"strings"
)

// notice is what a page says at its top after something was done.
type notice struct {
	Text string
	Bad  bool
}

// noticeOf returns the notice of a name. Addresses carry names, and numbers behind them,
// so that nobody can put words of his own on the page.
func noticeOf(name string) notice {
	switch name {
	case "redriven":
		return notice{Text: "The dead letter went through: it is an event now."}
	case "still-unreadable":
		return notice{Text: "It still cannot be read, and stays a dead letter.", Bad: true}
	case "not-whole":
		return notice{Text: "Only the beginning of its body was kept, so that it cannot be tried again.", Bad: true}
	case "unable":
		return notice{Text: "This kind of store cannot do that.", Bad: true}
	case "dropped":
		return notice{Text: "The dead letter is gone."}
	case "gone":
		return notice{Text: "It is gone already."}
	case "replayed":
		return notice{Text: "The event is owed to its sinks again."}
	case "nothing-owed":
		return notice{Text: "No sink asks for this event.", Bad: true}
	}
	var n, of int
	if scanned(name, "hastened-%d", &n) {
		return hastened(n)
	}
	if scanned(name, "redriven-%d-of-%d", &n, &of) {
		return redrivenOf(n, of)
	}
	return notice{}
}

// scanned reads the numbers of a name, and reports whether it is nothing else.
func scanned(name, format string, numbers ...any) bool {
	if _, err := fmt.Sscanf(name, format, numbers...); err != nil {
		return false
	}
	values := make([]any, len(numbers))
	for i, n := range numbers {
		p, ok := n.(*int)
		if !ok || *p < 0 {
			return false
		}
		values[i] = *p
	}
	return fmt.Sprintf(format, values...) == name
}

func hastened(n int) notice {
	switch n {
	case 0:
		return notice{Text: "There was nothing to deliver to this sink."}
	case 1:
		return notice{Text: "One delivery is due now: the next tick makes it."}
	default:
		return notice{Text: fmt.Sprintf("%d deliveries are due now: the next tick makes them.", n)}
	}
}

func redrivenOf(n, of int) notice {
	switch {
	case of == 0:
		return notice{Text: "There was no dead letter to try again."}
	case n == of:
		return notice{Text: fmt.Sprintf("All %d went through: they are events now.", n)}
	case n == 0:
		return notice{Text: fmt.Sprintf("None of %d went through: they stay dead letters.", of), Bad: true}
	default:
		return notice{Text: fmt.Sprintf("%d of %d went through and are events now. The others stay dead letters.", n, of), Bad: true}
	}
}

// act ties something that changes what the store holds to an address. It returns which
// page comes after it, and the name of the notice there. A read-only console refuses.
func (c *Console) act(pattern string, do func(*http.Request) (address, notice string, err error)) {
	c.mux.Handle(pattern, limited(func(w http.ResponseWriter, r *http.Request) {
		if c.settings.Pipeline == nil {
			c.write(w, r, http.StatusForbidden, view{Name: "failure", Title: "Read-only", Data: failure{
				Status: "Read-only", Problem: "This console shows what the store holds, and changes nothing.",
			}})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		address, name, err := do(r)
		c.counted.forget()
		if err != nil {
			c.fail(w, r, err)
			return
		}
		join := "?"
		if strings.Contains(address, "?") {
			join = "&"
		}
		http.Redirect(w, r, address+join+"notice="+name, http.StatusSeeOther)
	}))
}

// maxForm is how large what a button sends can be, in bytes.
const maxForm = 4 << 10
