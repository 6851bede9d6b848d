package demo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// many is more than the script has of anything.
const many = 10_000

// checks collects what is not as it must be.
type checks struct {
	Done   int      `json:"done"`
	Failed []string `json:"failed,omitempty"`
}

func (c *checks) that(ok bool, format string, args ...any) {
	c.Done++
	if !ok {
		c.Failed = append(c.Failed, fmt.Sprintf(format, args...))
	}
}

// check compares the store to what was sent. It returns the media for showing.
func (c *checks) check(ctx context.Context, r store.Reader, sent []message) ([]media.Media, error) {
	events, err := r.Events(ctx, store.EventQuery{Limit: many})
	if err != nil {
		return nil, err
	}
	letters, err := r.DeadLetters(ctx, store.DeadLetterQuery{Limit: many})
	if err != nil {
		return nil, err
	}
	rows, err := r.Media(ctx, store.MediaQuery{Limit: many})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b media.Media) int { return cmp.Compare(a.ID, b.ID) })
	c.events(events, sent)
	c.deadLetters(letters, sent)
	c.media(rows, sent)
	return rows, nil
}

// first returns the bodies that must be stored, by id: of those that are the same
// event, the one that was sent first.
func first(sent []message, kept func(message) bool) map[vod.ID][]byte {
	bodies := map[vod.ID][]byte{}
	for _, m := range sent {
		id, _ := vod.IDOf(m.body) // what is no JSON has an id, too
		if _, ok := bodies[id]; !ok && kept(m) {
			bodies[id] = m.body
		}
	}
	return bodies
}

// events checks that each event is there once, byte by byte, and nothing else.
func (c *checks) events(events []store.Event, sent []message) {
	want := first(sent, func(m message) bool { return m.want == pipeline.New })
	seen := map[vod.ID]bool{}
	for _, e := range events {
		c.that(!seen[e.ID], "event %s is there twice", e.ID)
		seen[e.ID] = true
		body, ok := want[e.ID]
		c.that(ok, "event %s (%s) was never sent, or must not be there", e.ID, e.Type)
		c.that(!ok || bytes.Equal(body, e.Body), "event %s (%s) has another body than was sent", e.ID, e.Type)
	}
	c.that(len(seen) == len(want), "%d events are there, %d were sent", len(seen), len(want))
}

// deadLetters checks that what is unreadable is there, and nothing else.
func (c *checks) deadLetters(letters []store.DeadLetter, sent []message) {
	want := first(sent, func(m message) bool { return m.want == pipeline.DeadLetter })
	for _, l := range letters {
		body, ok := want[l.ID]
		c.that(ok && bytes.Equal(body, l.Body), "dead letter %s was never sent, or must not be there", l.ID)
	}
	c.that(len(letters) == len(want), "%d dead letters are there, %d were sent", len(letters), len(want))
}

// media checks that each medium is in the state it must be in, and that its row is
// what its events fold to.
func (c *checks) media(rows []media.Media, sent []message) {
	facts := map[string][]media.Fact{}
	for _, m := range sent {
		e, id, err := vod.Decode(m.body)
		if err != nil || m.want == refused {
			continue
		}
		for _, f := range media.Facts(e, id) {
			facts[f.Medium] = append(facts[f.Medium], f)
		}
	}
	want := states()
	for _, row := range rows {
		state, ok := want[row.ID]
		c.that(ok, "medium %s must not be there", row.ID)
		c.that(row.State == state, "medium %s is %s, must be %s", row.ID, row.State, state)
		c.that(equal(row, media.Fold(facts[row.ID])), "the row of medium %s is not what its events fold to", row.ID)
	}
	c.that(len(rows) == len(want), "%d media are there, %d must be", len(rows), len(want))
}

// equal compares media, and their facts as JSON.
func equal(a, b media.Media) bool {
	if len(a.Facts) != len(b.Facts) || !a.Updated.Equal(b.Updated) {
		return false
	}
	for facet := range a.Facts {
		var x, y any
		if json.Unmarshal(a.Facts[facet], &x) != nil || json.Unmarshal(b.Facts[facet], &y) != nil || !reflect.DeepEqual(x, y) {
			return false
		}
	}
	a.Facts, b.Facts, a.Updated = nil, nil, b.Updated
	return reflect.DeepEqual(a, b)
}
