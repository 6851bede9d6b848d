package console

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// replay makes an event owed again to the sinks that ask for it.
func (c *Console) replay(r *http.Request) (address, notice string, err error) {
	e, err := c.findEvent(r)
	if err != nil {
		return "", "", err
	}
	address = "/events/" + e.ID.String()
	p := c.settings.Pipeline
	n, err := p.Replay(r.Context(), pipeline.ReplayOf{
		Replay: store.Replay{ID: replayID(c.settings.Now()), Detail: "event " + e.ID.String() + "; from the console"},
		// Until is after the event, whatever our clock says.
		Query: store.EventQuery{IDs: []vod.ID{e.ID}, Until: e.Received.Add(time.Millisecond)},
		Sinks: p.Sinks,
	}, false)
	switch {
	case errors.Is(err, pipeline.ErrUnable):
		return address, "unable", nil
	case err != nil:
		return "", "", err
	case n == 0:
		return address, "nothing-owed", nil
	default:
		return address, "replayed", nil
	}
}

// replayID names a replay as vodctl replay does.
func replayID(now time.Time) string {
	return "replay-" + now.UTC().Format("20060102T150405.000Z") + "-" + strconv.Itoa(os.Getpid())
}
