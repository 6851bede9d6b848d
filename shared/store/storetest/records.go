package storetest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// day is when the records of the suite begin.
func day() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

// at is n seconds later.
func at(n int) time.Time { return day().Add(time.Duration(n) * time.Second) }

// newID is an id such as an event at that time has.
func newID(t time.Time, n int) vod.ID {
	var id vod.ID
	binary.BigEndian.PutUint64(id[:], uint64(t.UnixMilli())<<16)
	id[6], id[8] = 0x80, 0x80
	binary.BigEndian.PutUint32(id[12:], uint32(n)) //nolint:gosec // small
	return id
}

// event is the n-th event: an upload, with its fact.
func event(n int) store.Record {
	id := newID(at(n), n)
	medium := fmt.Sprintf("medium-%d", n)
	return store.Record{
		ID: id, Source: store.SourceHTTP, SourceID: fmt.Sprintf("request-%d", n),
		Received: at(n).Add(250 * time.Millisecond),
		Body:     fmt.Appendf(nil, `{"EventType":"FileUploadComplete","VideoId":%q}`, medium),
		Type:     "FileUploadComplete", Subject: medium, Status: vod.Succeeded, Time: at(n),
		BusinessKey: "upload/" + medium,
		Facts:       []media.Fact{fact(id, medium, "source", at(n))},
	}
}

// events are the events from..to-1.
func events(from, to int) []store.Record {
	var all []store.Record
	for n := from; n < to; n++ {
		all = append(all, event(n))
	}
	return all
}

// fact is a fact that an event says about a medium.
func fact(event vod.ID, medium, facet string, t time.Time) media.Fact {
	return media.Fact{
		Medium: medium, Kind: media.Video, Facet: facet, Time: t, Event: event,
		Status: vod.Succeeded, Value: "https://example.com/" + medium, Data: json.RawMessage(`{}`),
	}
}

// says is the n-th event, with other facts, all about one medium. They are made to
// be of that event, and it of that medium.
func says(n int, facts ...media.Fact) store.Record {
	r := event(n)
	for i := range facts {
		facts[i].Event = r.ID
	}
	r.Subject, r.Facts = facts[0].Medium, facts
	return r
}

// letter is the n-th dead letter.
func letter(n int) store.Record {
	r := event(n)
	return store.Record{
		ID: r.ID, Source: store.SourceQueue, SourceID: r.SourceID, Received: r.Received,
		Body: fmt.Appendf(nil, "no JSON %d", n), Reason: store.ReasonMalformed, Detail: "not a JSON object",
	}
}

func idsOf(records []store.Record) []vod.ID {
	ids := make([]vod.ID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return ids
}

// stored is the event that a record becomes.
func stored(r store.Record) store.Event {
	return store.Event{
		ID: r.ID, Type: r.Type, Subject: r.Subject, Status: r.Status, Time: r.Time, Received: r.Received,
		Source: r.Source, SourceID: r.SourceID, BusinessKey: r.BusinessKey, Body: r.Body,
	}
}
