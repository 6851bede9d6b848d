package trigger

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/pipeline"
)

// OpenDeadLetterQueues opens the MNS queues with these URLs, in which the platform
// keeps what it could not hand over: asynchronous invocations that failed for the last
// time (Function Compute's onFailure destination), and what an event stream gave up
// (EventBridge's dead-letter queue). Their messages go through the pipeline when they
// are drained; timer ticks and operations among them are left out, since the next tick
// comes by itself and the operator was told.
//
// The error names every one that is wrong, by its place in the list; the inlets are
// those that are right.
func OpenDeadLetterQueues(rawURLs []string) ([]pipeline.Inlet, error) {
	var inlets []pipeline.Inlet
	var wrong []error
	for i, rawURL := range rawURLs {
		place, err := fallback.Open(rawURL)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("queue %d: %w", i+1, err))
			continue
		}
		name := "dead-letter queue"
		if len(rawURLs) > 1 {
			name += " " + strconv.Itoa(i+1)
		}
		inlets = append(inlets, pipeline.Inlet{Name: name, Place: place, Unwrap: undelivered})
	}
	return inlets, errors.Join(wrong...)
}

// undelivered returns the messages in what the platform could not hand over.
func undelivered(item fallback.Item) []pipeline.Message {
	p := mns.Parse(item.Body)
	if p.Kind != mns.KindMessages {
		return nil
	}
	messages := make([]pipeline.Message, len(p.Messages))
	for i, m := range p.Messages {
		messages[i] = pipeline.Message{
			Body: m.Body, Source: source(m.Channel), SourceID: cmp.Or(m.ID, item.ID), Received: item.Landed,
		}
	}
	return messages
}
