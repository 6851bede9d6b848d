// Package pipeline takes messages in: it decodes each one, makes it a record,
// commits it to the store and says what became of it.
//
//	message → event, id → facts → route → record → commit → result
//
// What the store does not take in time can wait in a fallback, see [Pipeline.FallBack],
// from where [Pipeline.Drain] puts it into the store. What a commit owes to sinks is delivered by whoever has the time for it: at once
// by [Pipeline.Deliver], else by [Pipeline.Redrive].
//
// Where many calls come at the same time, their commits share one, see group.
//
// What is authentic is never thrown away: a message that is no event of VOD
// becomes a dead letter, and so does one that the store refuses.
package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// MaxBody is the size in bytes up to which a body is read as an event. VOD's
// events are some hundred bytes to some tens of kilobytes; messages in a queue
// cannot be larger than 64 KiB. What is larger is kept as a dead letter: its
// size, its SHA-256 and its first maxKept bytes.
const (
	MaxBody = 1 << 20
	maxKept = 64 << 10
)

// Pipeline takes messages in. Its methods may be called concurrently.
type Pipeline struct {
	Store store.Store
	// Sinks are where copies of events go.
	Sinks []*sink.Route
	// Fallback is where messages wait that the store does not take; nil if there is none.
	Fallback fallback.Fallback
	// Inlets are other places in which messages wait to be drained.
	Inlets []Inlet
	// HTTPSDomains are the hosts whose http:// URLs are https:// in facts and in the
	// copies that sinks get; the stored body stays as it came.
	HTTPSDomains []string
	Log          *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	group    group
	slow     slowSinks
	stopping atomic.Bool
}

// Stop ends the work that could go on for long, redriving and draining, after what is
// in hand. What is left waits for another instance.
func (p *Pipeline) Stop() { p.stopping.Store(true) }

func (p *Pipeline) stopped() bool { return p.stopping.Load() }

// Message is what a trigger received: one body, authentic, unwrapped.
type Message struct {
	Body []byte
	// Source says which way it came, SourceID is the id it had there, if any.
	Source   store.Source
	SourceID string
	// Received is when it came in; the zero time means now.
	Received time.Time
}

// Outcome says what became of a message.
type Outcome string

// The outcomes. All but Failed mean that the message is durable.
const (
	New        Outcome = "new"         // a new event
	Known      Outcome = "known"       // an event that was there already
	DeadLetter Outcome = "dead_letter" // not readable as an event of VOD; kept
	FellBack   Outcome = "fallback"    // in the fallback, from where it gets into the store
	Failed     Outcome = "failed"      // not stored: to be sent again
)

// Result is what became of one message.
type Result struct {
	// ID identifies the event, or the dead letter, by its content. It is zero if the
	// time was up before the message was read.
	ID      vod.ID
	Outcome Outcome
	// Err is the cause of Failed.
	Err error
	// owed says that some sink asks for the event.
	owed bool
}

// maxCommit is how many messages are committed together. A batch of any size then
// gets somewhere before its time is up, and what was committed is known when the
// batch comes again.
const maxCommit = 500

// Process commits the messages and returns one result for each, in the same
// order. What the store does not take it offers again, with growing pauses, until
// ctx ends: whoever sent the messages has fewer attempts than we have time.
func (p *Pipeline) Process(ctx context.Context, messages []Message) []Result {
	results := make([]Result, 0, len(messages))
	for part := range slices.Chunk(messages, maxCommit) {
		results = append(results, p.process(ctx, part)...)
	}
	return results
}

func (p *Pipeline) process(ctx context.Context, messages []Message) []Result {
	results := make([]Result, len(messages))
	if ctx.Err() != nil { // reading them would only make the answer later
		for i := range results {
			results[i] = Result{Outcome: Failed, Err: context.Cause(ctx)}
		}
		return results
	}
	records := make([]store.Record, len(messages))
	for i, m := range messages {
		records[i] = p.record(m)
	}
	outcomes := p.commit(ctx, records)
	p.buryRejected(ctx, records, outcomes)
	for i, o := range outcomes {
		results[i] = result(records[i], o)
		results[i].owed = len(records[i].Deliveries) > 0
		p.log(ctx, records[i], results[i])
	}
	return results
}

// record decodes a message. One that brings out a defect of ours becomes a dead letter,
// too: it would do so again.
func (p *Pipeline) record(m Message) (r store.Record) {
	r = store.Record{Source: m.Source, SourceID: printable(m.SourceID), Received: m.Received, Body: m.Body}
	if r.Received.IsZero() {
		r.Received = p.now()
	}
	r.Received = r.Received.UTC().Truncate(time.Millisecond)
	whole := r
	defer func() {
		if v := recover(); v != nil {
			p.Log.Error("panic", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			whole.ID = digestID(m.Body)
			r = bury(whole, store.ReasonMalformed, "reading it panicked, which is a defect: the function's log says where")
		}
	}()
	if len(m.Body) > MaxBody {
		r.ID = digestID(m.Body) // reading it for its identity would cost what the limit is there to save
		return bury(r, store.ReasonTooLarge, fmt.Sprintf("body of %d bytes is over %d", len(m.Body), MaxBody))
	}
	event, id, err := p.read(m.Body)
	r.ID = id
	switch {
	case errors.Is(err, vod.ErrForeign):
		return bury(r, store.ReasonForeign, err.Error())
	case err != nil:
		return bury(r, store.ReasonMalformed, err.Error())
	}
	return p.route(derive(r, event), event)
}

// printable is a text that every store takes: a message may be called anything.
func printable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// digestID identifies a body by its bytes alone, without reading it.
func digestID(body []byte) vod.ID {
	sum := sha256.Sum256(body)
	id, _ := vod.IDOf([]byte("sha256:" + hex.EncodeToString(sum[:]))) // the error says that the digest is no JSON
	return id
}

// identify returns the ID that a body has as an event or dead letter.
func identify(body []byte) (id vod.ID) {
	defer func() {
		if recover() != nil { // as it will be when it is read
			id = digestID(body)
		}
	}()
	if len(body) > MaxBody {
		return digestID(body)
	}
	id, _ = vod.IDOf(body) // good whatever the error is
	return id
}

// read reads a body as an event. The ID is good whatever the error is.
func (p *Pipeline) read(body []byte) (vod.Event, vod.ID, error) {
	event, id, err := vod.Decode(body)
	if err != nil {
		return nil, id, err
	}
	if upgraded := upgradeURLs(body, p.HTTPSDomains); len(upgraded) != len(body) {
		event, err = vod.Parse(upgraded)
	}
	return event, id, err
}

// derive fills in what the event says.
func derive(r store.Record, event vod.Event) store.Record {
	h := event.Head()
	r.Type = h.Type
	r.Subject = h.Subject
	r.Status = h.Status.Outcome()
	r.Time = h.Time.UTC().Truncate(time.Millisecond)
	r.BusinessKey = vod.BusinessKey(event)
	r.Facts = media.Facts(event, r.ID)
	return r
}

// route fills in which sinks are owed the event.
func (p *Pipeline) route(r store.Record, event vod.Event) store.Record {
	c := sink.Event{Type: r.Type, Subject: r.Subject, Status: r.Status, Extend: event.Head().Extend, Facts: r.Facts}
	for _, route := range p.Sinks {
		if route.Wants(c) {
			r.Deliveries = append(r.Deliveries, route.Name)
		}
	}
	return r
}

// bury makes a dead letter of the record.
func bury(r store.Record, reason store.Reason, detail string) store.Record {
	body := r.Body
	if len(body) > MaxBody {
		body = body[:maxKept]
	}
	return store.Record{
		ID: r.ID, Source: r.Source, SourceID: r.SourceID, Received: r.Received, Body: body,
		Reason: reason, Detail: detail, Size: int64(len(r.Body)), SHA256: sha256.Sum256(r.Body),
	}
}

// buryRejected makes dead letters of the records that the store refuses, and
// replaces their outcomes. A dead letter that is refused, too, has failed: it is
// nowhere.
func (p *Pipeline) buryRejected(ctx context.Context, records []store.Record, outcomes []store.Outcome) {
	var dead []store.Record
	var at []int
	for i, o := range outcomes {
		if o.State == store.Rejected && records[i].Reason == "" {
			records[i] = bury(records[i], store.ReasonRejected, o.Err.Error())
			dead, at = append(dead, records[i]), append(at, i)
		}
	}
	if len(dead) == 0 {
		return
	}
	for i, o := range p.commit(ctx, dead) {
		outcomes[at[i]] = o
	}
}

// The pauses between two offers to the store: short at first, since most
// disturbances are (a lock, a failover), and never so long that many fit into
// the budget no more.
const (
	firstPause   = 20 * time.Millisecond
	longestPause = 400 * time.Millisecond
)

// errNoReason is the error of a record that the store has not taken without saying why.
var errNoReason = errors.New("pipeline: the store gives no reason")

func pauses() backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = firstPause, longestPause
	return b
}

// commit offers the records until each one is New, Known or Rejected, or until
// ctx ends; then those that are left are Failed.
func (p *Pipeline) commit(ctx context.Context, records []store.Record) []store.Outcome {
	outcomes := make([]store.Outcome, len(records))
	left := make([]int, len(records))
	for i := range left {
		left[i] = i
	}
	offer := func() (struct{}, error) {
		var err error
		left, err = p.offer(ctx, records, left, outcomes)
		return struct{}{}, err
	}
	level := slog.LevelWarn // once for each time that the store is away
	notify := func(err error, pause time.Duration) {
		p.Log.Log(ctx, level, "store did not take it, trying again", "records", len(left), "pause_ms", pause.Milliseconds(), "error", err)
		level = slog.LevelDebug
	}
	// The error is also in the outcomes that it concerns.
	_, _ = backoff.Retry(ctx, offer, backoff.WithBackOff(pauses()), backoff.WithMaxElapsedTime(0), backoff.WithNotify(notify))
	return outcomes
}

// offer commits the records at the indexes left, notes their outcomes, and
// returns the indexes of those that failed with the cause of the first.
func (p *Pipeline) offer(ctx context.Context, records []store.Record, left []int, outcomes []store.Outcome) ([]int, error) {
	batch := make([]store.Record, len(left))
	for i, at := range left {
		batch[i] = records[at]
	}
	got, err := p.group.commit(ctx, batch, p.commitBatch)
	if err != nil {
		for _, at := range left {
			outcomes[at] = store.Outcome{State: store.Failed, Err: err}
		}
		return left, err
	}
	var failed []int
	for i, at := range left {
		outcomes[at] = got[i]
		switch got[i].State {
		case store.New, store.Known, store.Rejected:
		default:
			outcomes[at].State = store.Failed
			if outcomes[at].Err == nil {
				outcomes[at].Err = errNoReason
			}
			failed = append(failed, at)
			err = cmp.Or(err, outcomes[at].Err)
		}
	}
	return failed, err
}

// commitBatch is the store's Commit, whose panics are errors.
func (p *Pipeline) commitBatch(ctx context.Context, batch []store.Record) (_ []store.Outcome, err error) {
	defer p.recovered(ctx, "store", &err)
	return p.Store.Commit(ctx, batch)
}

func result(r store.Record, o store.Outcome) Result {
	switch {
	case o.State == store.Failed || o.State == store.Rejected:
		return Result{ID: r.ID, Outcome: Failed, Err: o.Err}
	case r.Reason != "":
		return Result{ID: r.ID, Outcome: DeadLetter}
	case o.State == store.Known:
		return Result{ID: r.ID, Outcome: Known}
	default:
		return Result{ID: r.ID, Outcome: New}
	}
}

// log writes one line per message. Dead letters are errors: somebody has to look
// at them. Failures are the trigger's to report, once.
func (p *Pipeline) log(ctx context.Context, r store.Record, res Result) {
	log := p.Log.With("event_id", res.ID.String(), "source", string(r.Source), "source_id", r.SourceID)
	switch res.Outcome {
	case DeadLetter:
		log.ErrorContext(ctx, "dead letter", "reason", string(r.Reason), "detail", r.Detail, "size", r.Size)
	case New, Known:
		log.InfoContext(ctx, "event", "outcome", string(res.Outcome),
			"event_type", string(r.Type), "subject", r.Subject, "status", string(r.Status))
	case Failed, FellBack:
	}
}

func (p *Pipeline) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}
