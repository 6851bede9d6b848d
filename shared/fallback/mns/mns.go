// Package mns is a fallback that keeps bodies as messages in a queue of Alibaba Cloud's
// Simple Message Queue, formerly Message Service (MNS). It is also how the platform's
// dead-letter queues are read.
//
// # URL
//
//	mns://1234.mns.cn-shanghai.aliyuncs.com/queues/vod-fallback
//	mns://1234.mns.cn-shanghai-internal.aliyuncs.com/queues/vod-fallback?http=true
//	mns://id:secret@1234.mns.cn-shanghai.aliyuncs.com/queues/vod-fallback
//
// 1234 stands for the id of the account; see [mns.ParseURL] for the rest. Requests are
// signed with the credentials of the invocation, the role of the function; else with
// those of the environment, else with the AccessKey pair in the URL. A topic holds
// nothing for who comes later, and is refused.
//
// # Queue
//
// Give it a MessageRetentionPeriod of 604,800 s, which is 7 days, since what nobody
// drains within it is gone; the default is 4 days. Its VisibilityTimeout, 30 s by default,
// is how long a batch of up to [fallback.MaxBatch] may take to get into the store. Nobody
// else may receive from it, and it should have no dead-letter queue of its own: each Drain
// while the store is away counts as a delivery of some messages.
//
// # Rights
//
// The role needs these RAM actions on acs:mns:<region>:<account>:/queues/<name>/messages,
// the last one on acs:mns:<region>:<account>:/queues/<name>:
//
//	Put        mns:SendMessage
//	Drain      mns:ReceiveMessage, mns:BatchReceiveMessage, mns:DeleteMessage, mns:BatchDeleteMessage
//	Waiting    mns:GetQueueAttributes
//	Keeps      mns:GetQueueAttributes
//
// # Messages
//
// A body is one message, as text if XML gives back the same bytes and as Base64
// otherwise, see [mns.EncodeBody]; Drain undoes it. Other senders' messages come out as
// they are, or decoded if they are Base64 of what XML cannot carry, see [mns.RestoreBody].
// A message has up to 65,536 bytes as sent, which is 49,152 bytes of what needs Base64; a
// larger body is refused, and so is an empty one. The same body put twice is two
// messages. Landed is when the queue got it; a queue keeps no order.
//
// Put is done when the service has answered that it has the message, with the MD5 of
// what was sent.
//
// Drain receives without waiting until the queue hands out nothing. A message that is not
// taken stays hidden until its VisibilityTimeout has passed, and then comes again. So
// does one that was taken but whose receipt handle ran out before it could be deleted,
// which is an error of Drain and no loss. One whose MD5 is not what the queue states is
// handed over, since it is not going to get better, and is an error, too. When nothing of
// a batch can be deleted Drain ends, or it would never do.
//
// Waiting counts hidden and delayed messages, too.
//
// Sources: Simple Message Queue, "Limits", "CreateQueue", "BatchReceiveMessage" and
// "BatchDeleteMessage" (read 2026-11-23).
package mns

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/mns"
)

func init() {
	fallback.Register("mns", func(u *url.URL) (fallback.Fallback, error) { return Open(u) })
}

// Fallback is a queue.
type Fallback struct{ queue *mns.Queue }

var (
	_ fallback.Fallback = (*Fallback)(nil)
	_ fallback.Keeper   = (*Fallback)(nil)
)

// Open returns the fallback with the given URL. It never dials.
func Open(u *url.URL) (*Fallback, error) {
	a, err := mns.ParseURL(u)
	if err != nil {
		return nil, err
	}
	if a.Channel == mns.ChannelTopic {
		return nil, errors.New("mns: URL: a topic passes messages on and holds nothing until it is wanted: give a queue, /queues/<name>")
	}
	queue, err := mns.OpenQueue(u)
	if err != nil {
		return nil, err
	}
	return &Fallback{queue: queue}, nil
}

// Put sends a body, see [fallback.Fallback].
func (f *Fallback) Put(ctx context.Context, body []byte) error {
	_, err := f.queue.Send(ctx, body)
	if errors.Is(err, mns.ErrTooLarge) || errors.Is(err, mns.ErrEmpty) {
		return fmt.Errorf("%w: %w", fallback.ErrRefused, err)
	}
	return err
}

// Waiting asks the queue how many messages it has, see [fallback.Fallback].
func (f *Fallback) Waiting(ctx context.Context) (int, error) {
	a, err := f.queue.Attributes(ctx)
	return int(a.Active + a.Inactive + a.Delayed), err
}

// Keeps asks the queue for its MessageRetentionPeriod, see [fallback.Keeper].
func (f *Fallback) Keeps(ctx context.Context) (time.Duration, error) {
	a, err := f.queue.Attributes(ctx)
	return a.Retention, err
}

// Close closes the connections that nobody uses.
func (f *Fallback) Close() error { return f.queue.Close() }
