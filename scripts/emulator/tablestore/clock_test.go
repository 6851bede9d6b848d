package tablestore_test

import (
	"sync/atomic"
	"time"
)

// clock stands still until it is put forward. The SDK dates its requests by the
// real time, so it must not go far.
type clock struct {
	began time.Time
	ahead atomic.Int64
}

func newClock() *clock { return &clock{began: time.Now()} }

func (c *clock) Now() time.Time { return c.began.Add(time.Duration(c.ahead.Load())) }

func (c *clock) forward(d time.Duration) { c.ahead.Add(int64(d)) }
