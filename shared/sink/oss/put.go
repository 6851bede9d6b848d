package oss

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vodevents/vodevents/shared/oss"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

// put makes one attempt for one event.
func (s *Sink) put(ctx context.Context, e sink.Event) error {
	ctx, cancel := s.withTimeout(ctx)
	defer cancel()
	versioned, err := s.bucket.Put(ctx, oss.Put{Name: name(e.ID), ContentType: sink.MediaType, Body: e.JSON(), Once: true})
	if errors.Is(err, oss.ErrExists) {
		return nil
	}
	if versioned {
		s.askAgain()
	}
	return err
}

// name returns the name of the event's object.
func name(id vod.ID) string {
	day := "undated"
	if t := id.Time(); !t.IsZero() {
		day = t.Format("2006/01/02")
	}
	return day + "/" + id.String() + ".json"
}

func (s *Sink) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
}

// recheck is how long a bucket that was unversioned is taken to be.
const recheck = time.Hour

// checkVersioning returns an error unless the bucket is known to be unversioned.
func (s *Sink) checkVersioning(ctx context.Context) error {
	s.mu.Lock()
	known := !s.asked.IsZero() && s.now().Sub(s.asked) < recheck
	s.mu.Unlock()
	if known {
		return nil
	}
	ctx, cancel := s.withTimeout(ctx)
	defer cancel()
	state, err := s.bucket.Versioning(ctx)
	if err != nil {
		return err
	}
	if state != "" {
		return fmt.Errorf("oss: %s has versioning, %q: OSS would then take every event as often as it comes; "+
			"use a bucket whose versioning was never switched on", s.bucket, state)
	}
	s.mu.Lock()
	s.asked = s.now()
	s.mu.Unlock()
	return nil
}

// askAgain has the next delivery ask for the bucket's state.
func (s *Sink) askAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = time.Time{}
}
