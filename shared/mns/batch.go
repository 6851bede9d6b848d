package mns

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// sending is the operation of sending to a queue, in words.
const sending = "send to"

// Send sends a message, as [EncodeBody] has it, and returns its MessageId. The errors
// are [ErrTooLarge], [ErrEmpty], [ErrAltered], [*Error], and those of the network; after
// the latter it may have been sent.
func (q *Queue) Send(ctx context.Context, body []byte) (id string, err error) {
	id, err = q.c.send(ctx, body)
	return id, q.c.wrap(sending, err)
}

// SendBatch sends messages, any number of them, and returns one error for each, in
// the same order; the errors are those of [Queue.Send]. A message that is too large,
// or that the queue refuses, does not keep the others from being sent. When a request
// fails for a reason that is not the fault of a message, or ctx ends, the messages left
// are not tried and have that error, which then wraps [ErrNotSent], too.
func (q *Queue) SendBatch(ctx context.Context, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	batch := outgoing{}
	for i, body := range bodies {
		text, err := textOf(body)
		if err != nil {
			errs[i] = q.c.wrap(sending, err)
			continue
		}
		if !batch.fits(text) {
			if err := q.flush(ctx, &batch, errs); err != nil {
				fill(errs[i:], notSent(err))
				return errs
			}
		}
		batch.add(i, text)
	}
	_ = q.flush(ctx, &batch, errs) // each message has its error
	return errs
}

// notSent makes the error of messages that were not tried because of err.
func notSent(err error) error {
	if errors.Is(err, ErrNotSent) {
		return err
	}
	return fmt.Errorf("%w; this one was %w", err, ErrNotSent)
}

// fill gives all messages the same error.
func fill(errs []error, err error) {
	for i := range errs {
		errs[i] = err
	}
}

// outgoing is messages that go out in one request.
type outgoing struct {
	texts   []string
	indexes []int // of the messages in the caller's order
	size    int   // bytes of all texts
}

func (b *outgoing) fits(text string) bool {
	return len(b.texts) < MaxBatch && b.size+len(text) <= MaxText
}

func (b *outgoing) add(index int, text string) {
	b.texts, b.indexes, b.size = append(b.texts, text), append(b.indexes, index), b.size+len(text)
}

// flush sends the batch, writes down the errors of its messages, and empties it. It
// returns an error if that says that there is no point in going on.
func (q *Queue) flush(ctx context.Context, batch *outgoing, errs []error) error {
	if len(batch.texts) == 0 {
		return nil
	}
	sent := *batch
	*batch = outgoing{}
	if ctx.Err() != nil {
		err := notSent(q.c.wrap(sending, context.Cause(ctx)))
		for _, i := range sent.indexes {
			errs[i] = err
		}
		return err
	}
	if len(sent.texts) > 1 {
		results, err := q.sendBatch(ctx, sent.texts)
		if !refused(err) {
			for k, i := range sent.indexes {
				errs[i] = q.c.wrap(sending, results[k])
			}
			return q.c.wrap(sending, err)
		}
	}
	// The service refuses a request for one bad message in it: alone they do no harm.
	for k, i := range sent.indexes {
		_, err := q.c.sendText(ctx, sent.texts[k])
		errs[i] = q.c.wrap(sending, err)
		if err != nil && !AboutMessage(err) {
			for _, left := range sent.indexes[k+1:] {
				errs[left] = notSent(errs[i])
			}
			return errs[i]
		}
	}
	return nil
}

// refused says whether a request was refused for what is in it.
func refused(err error) bool { return isCode(err, InvalidArgument) || isCode(err, MalformedXML) }

// sendBatch sends up to 16 messages in one request. It returns a result for each,
// and an error if they failed together.
func (q *Queue) sendBatch(ctx context.Context, texts []string) ([]error, error) {
	results := make([]error, len(texts))
	var answer sentDocuments
	err := q.c.call(ctx, request{
		method: http.MethodPost, resource: "/messages", body: messagesDocument(texts), partial: "Messages",
	}, &answer)
	if err == nil && len(answer.Messages) != len(texts) {
		err = errors.New("the answer is about " + strconv.Itoa(len(answer.Messages)) + " messages, and " +
			strconv.Itoa(len(texts)) + " were sent")
	}
	if err != nil {
		fill(results, err)
		return results, err
	}
	for i, m := range answer.Messages {
		if m.ErrorCode != "" {
			results[i] = &Error{Code: Code(word(m.ErrorCode)), Status: http.StatusInternalServerError}
			continue
		}
		results[i] = checkSent(texts[i], m)
	}
	return results, nil
}
