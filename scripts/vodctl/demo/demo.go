package demo

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

// Settings say how to play.
type Settings struct {
	Dir       string    // where the store is made
	Functions string    // see [dev.Settings]
	Progress  io.Writer // see [dev.Settings]
	Logs      io.Writer // see [dev.Settings]
	// Started is called before the first message, Done after each.
	Started func(dev.Address)
	Done    func(Step)
}

// Report is how it ended.
type Report struct {
	Store  string        `json:"store"`
	Steps  []Step        `json:"steps"`
	Media  []media.Media `json:"media"`
	Counts Counts        `json:"counts"`
	Checks checks        `json:"checks"`
	OK     bool          `json:"ok"`
}

// Counts is how many messages ended in which way.
type Counts struct {
	Sent        int `json:"sent"`
	New         int `json:"new"`
	Known       int `json:"known"`
	DeadLetters int `json:"dead_letters"`
	Refused     int `json:"refused"`
	// Webhooks counts the events that arrived at the webhook, which was down at first.
	Webhooks int `json:"webhooks"`
	// Platform counts the messages that the platform answered, or dropped, because a
	// function failed.
	Platform int `json:"answered_by_the_platform"`
}

// Play plays everything. An error means that it could not be played to the end;
// that something is not as it must be, is in the Report.
func Play(ctx context.Context, s Settings) (report Report, err error) {
	p := &player{handled: make(chan dev.Handled, many)}
	if p.webhook, err = newReceiver(ctx); err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, p.webhook.close()) }()
	local, err := dev.Start(ctx, dev.Settings{
		Store: dev.FileStore(filepath.Join(s.Dir, "vod.db")), Functions: s.Functions, Sinks: []string{p.webhook.sink()},
		Progress: s.Progress, Logs: s.Logs, Handled: p.receive,
	})
	if err != nil {
		return Report{}, err
	}
	p.local = local
	if err := p.webhook.signedWith(local.WebhookSecrets[0]); err != nil {
		return Report{}, errors.Join(err, local.Stop(context.WithoutCancel(ctx)))
	}
	if s.Started != nil {
		s.Started(local.Address)
	}
	report, err = p.report(ctx, s.Done)
	return report, errors.Join(err, local.Stop(context.WithoutCancel(ctx)))
}

// report plays the script and looks at the result.
func (p *player) report(ctx context.Context, done func(Step)) (Report, error) {
	report := Report{Store: p.local.Store}
	sent := script()
	err := p.play(ctx, sent, func(s Step) {
		report.Steps = append(report.Steps, s)
		report.Counts.add(s)
		report.Checks.that(s.OK(), "%s %s of %q: %s, must be %s", s.Way, s.Type, s.Medium, s.Answer, s.Want)
		if done != nil {
			done(s)
		}
	})
	if err != nil {
		return report, err
	}
	copies := first(sent, func(m message) bool { return m.want == pipeline.New })
	if err := p.webhook.await(ctx, len(copies)); err != nil {
		report.Checks.that(false, "webhook: %v: %s", err, p.lastTrouble())
	}
	p.webhook.check(&report.Checks, copies)
	report.Counts.Webhooks = len(p.webhook.copies)
	http, mns := p.local.Counts()
	report.Counts.Platform = http.Failures() + mns.Failures()
	report.Checks.that(report.Counts.Platform == 0, "a function failed: %s; %s", http, mns)
	report.Checks.that(p.platform == 0, "%d callbacks were answered by the platform", p.platform)
	report.Media, err = p.look(ctx, &report.Checks, sent)
	report.OK = err == nil && len(report.Checks.Failed) == 0
	return report, err
}

// look checks the store.
func (p *player) look(ctx context.Context, c *checks, sent []message) (rows []media.Media, err error) {
	s, err := store.Open(p.local.Store)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r, ok := s.(store.Reader)
	if !ok {
		return nil, errors.New("the store cannot be read")
	}
	return c.check(ctx, r, sent)
}

func (c *Counts) add(s Step) {
	c.Sent += s.Sent
	switch {
	case s.Sent > 1:
		c.New += s.New
		c.Known += s.Known
	case s.Outcome == pipeline.New:
		c.New++
	case s.Outcome == pipeline.Known:
		c.Known++
	case s.Outcome == pipeline.DeadLetter:
		c.DeadLetters++
	case s.Outcome == refused:
		c.Refused++
	}
}
