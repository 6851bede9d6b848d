package console

import (
	"context"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// Simulator sends events as VOD does to the receiver that fills the store.
type Simulator interface {
	// Ways lists how events can be sent, such as "http", the usual one first.
	Ways() []string
	// Send sends a body in one of these ways, and returns when it was answered or given up.
	Send(ctx context.Context, way string, body []byte) (vodtest.Result, error)
}
