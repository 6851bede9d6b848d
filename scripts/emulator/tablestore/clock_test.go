package tablestore_test

import (
	"sync/atomic"
	"time"
)

// clock is the real time, put forward by hand.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time { return frozen().Add(time.Duration(c.ahead.Load())) }

func (c *clock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// frozen is when the tests began: the SDK dates its requests by the real time,
// which must not be far off.
var frozen = func() func() time.Time {
	began := time.Now()
	return func() time.Time { return began }
}()
