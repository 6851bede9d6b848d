package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// Step is what became of one message.
type Step struct {
	Way     string           `json:"way"`
	Type    string           `json:"type"`
	Medium  string           `json:"medium"`
	Outcome pipeline.Outcome `json:"outcome"`
	Want    pipeline.Outcome `json:"want"`
	// Answer is the outcome as a person reads it.
	Answer string `json:"answer"`
	Shows  string `json:"shows"`

	// New and Known count the copies of a message that was sent several times.
	New   int `json:"new,omitzero"`
	Known int `json:"known,omitzero"`
	Sent  int `json:"sent"`
}

// OK says that the message ended as it must.
func (s Step) OK() bool {
	return s.Outcome == s.Want && (s.Sent == 1 || s.New == 1 && s.New+s.Known == s.Sent)
}

// player sends the messages.
type player struct {
	local    *dev.Local
	webhook  *receiver
	handled  chan dev.Handled // by the MNS function
	platform int              // answers of the platform in place of the function

	mu      sync.Mutex
	trouble string // why the webhook did not take something, the last time
}

// patience is how long a message may take through MNS, with its retries.
const patience = 15 * time.Second

// play sends all messages and calls done after each.
func (p *player) play(ctx context.Context, all []message, done func(Step)) error {
	for len(all) > 0 {
		n := 1
		for all[0].way == queue && n < len(all) && all[n].way == queue {
			n++
		}
		steps, err := p.send(ctx, all[:n])
		for _, s := range steps {
			done(s)
		}
		if err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// send sends one message, or a batch for the queue.
func (p *player) send(ctx context.Context, batch []message) ([]Step, error) {
	m := batch[0]
	switch m.way {
	case callback:
		s, err := p.call(ctx, m)
		return []Step{s}, err
	case both:
		s, err := p.flood(ctx, m)
		return []Step{s}, err
	case topic, topicJSON:
		if err := p.publish(ctx, m); err != nil {
			return nil, err
		}
	case queue:
		var bodies [][]byte
		for _, m := range batch {
			bodies = append(bodies, m.body)
		}
		if err := p.local.Send(bodies...); err != nil {
			return nil, err
		}
	}
	outcomes, err := p.await(ctx, len(batch))
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, m := range batch {
		id, _ := vod.IDOf(m.body) // what is no JSON has an id, too
		s := m.step()
		if got := outcomes[id]; len(got) > 0 {
			s.Outcome, outcomes[id] = got[0], got[1:]
		}
		s.Answer = string(s.Outcome)
		steps = append(steps, s)
	}
	return steps, nil
}

// step begins the step of a message.
func (m message) step() Step {
	s := Step{Way: string(m.way), Type: "(not an event)", Want: m.want, Shows: m.shows, Sent: 1}
	if e, err := vod.Parse(m.body); err == nil {
		s.Type, s.Medium = string(e.Head().Type), e.Head().Subject
	}
	return s
}

// call sends a callback by VOD's rule.
func (p *player) call(ctx context.Context, m message) (Step, error) {
	s := m.step()
	sender := vodtest.Sender{URL: p.local.CallbackURL, Key: p.local.AuthKey}
	if m.key != "" {
		sender.Key = m.key
	}
	r, err := sender.Send(ctx, m.body)
	if err != nil {
		return s, err
	}
	last := r.Attempts[len(r.Attempts)-1]
	var said struct {
		Outcome pipeline.Outcome `json:"outcome"`
	}
	switch {
	case r.PlatformError != "":
		p.platform++
		s.Outcome, s.Answer = pipeline.Failed, "200 by the platform: "+r.PlatformError
	case r.Discarded():
		s.Outcome, s.Answer = refused, fmt.Sprintf("%d ×%d refused", last.Status, len(r.Attempts))
	case json.Unmarshal(last.Body, &said) != nil:
		s.Outcome, s.Answer = pipeline.Failed, "200 without an outcome"
	default:
		s.Outcome, s.Answer = said.Outcome, "200 "+string(said.Outcome)
	}
	return s, nil
}

func (p *player) publish(ctx context.Context, m message) error {
	name := dev.Topic
	if m.way == topicJSON {
		name = dev.TopicJSON
	}
	return p.local.Publish(ctx, name, m.body)
}

// flood sends a message many times at once, half of them as callbacks, half
// through the topic.
func (p *player) flood(ctx context.Context, m message) (Step, error) {
	s := m.step()
	s.Sent = 2 * atOnce
	var called sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	counts := map[pipeline.Outcome]int{}
	for range atOnce {
		called.Go(func() {
			c, err := p.call(ctx, m)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
			counts[c.Outcome]++
		})
		if err := p.publish(ctx, m); err != nil {
			return s, err
		}
	}
	outcomes, err := p.await(ctx, atOnce)
	called.Wait()
	for _, got := range outcomes {
		for _, o := range got {
			counts[o]++
		}
	}
	s.New, s.Known = counts[pipeline.New], counts[pipeline.Known]
	s.Answer = strconv.Itoa(s.New) + " new, " + strconv.Itoa(s.Known) + " known"
	s.Outcome = pipeline.Failed
	if s.New == 1 {
		s.Outcome = pipeline.New
	}
	return s, errors.Join(append(errs, err)...)
}

// await waits for what the MNS function does with n messages.
func (p *player) await(ctx context.Context, n int) (map[vod.ID][]pipeline.Outcome, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("the MNS function did not handle a message in "+patience.String()))
	defer cancel()
	outcomes := map[vod.ID][]pipeline.Outcome{}
	for range n {
		select {
		case h := <-p.handled:
			outcomes[h.ID] = append(outcomes[h.ID], h.Outcome)
		case <-ctx.Done():
			return outcomes, context.Cause(ctx)
		}
	}
	return outcomes, nil
}

// lastTrouble says why the webhook did not take something, the last time.
func (p *player) lastTrouble() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trouble
}

// receive is called by the set-up for each message.
func (p *player) receive(h dev.Handled) {
	if h.Sink != "" && h.Outcome == pipeline.Failed { // once it must: see [receiver]
		p.mu.Lock()
		defer p.mu.Unlock()
		p.trouble = h.Detail
	}
	if h.Via == store.SourceHTTP || h.Sink != "" {
		return
	}
	select {
	case p.handled <- h:
	default: // far more than were sent: the checks will say so
	}
}
