package tablestore

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// eventColumns are those that [store.Event] is made of, besides the key.
func eventColumns() []string {
	return []string{"type", "subject", "status", "time", "received", "source", "source_id", "business_key", "body"}
}

// eventChange returns what puts the event of a record, if it is not there. The
// commit is what makes this put known from others.
func eventChange(r store.Record, commit string, at time.Time) (change, error) {
	if err := checkEvent(r); err != nil {
		return change{}, err
	}
	c := change{key: eventKey(r.ID), must: absent, put: columns{
		"received": r.Received.UnixMilli(), "source": string(r.Source), "source_id": r.SourceID,
		"body": blob(r.Body), "commit": commit,
	}}
	derivedColumns(c.put, r)
	if len(r.Facts) == 0 && len(r.Deliveries) == 0 {
		return c, nil
	}
	facts, err := packFacts(r.Facts)
	if err != nil {
		return change{}, err
	}
	sinks, err := json.Marshal(r.Deliveries)
	if err != nil {
		return change{}, err
	}
	c.put["unsettled"], c.put["facts"], c.put["sinks"] = at.UnixMilli(), facts, string(sinks)
	return c, nil
}

// derivedColumns puts the columns that are derived from the body.
func derivedColumns(put columns, r store.Record) {
	put["type"], put["subject"], put["status"] = string(r.Type), r.Subject, string(r.Status)
	put["business_key"] = r.BusinessKey
	put.putMoment("time", r.Time)
}

// checkEvent returns why the record of an event cannot be stored.
func checkEvent(r store.Record) error {
	if err := checkRecord(r); err != nil {
		return err
	}
	for _, f := range r.Facts {
		if err := checkFact(f); err != nil {
			return err
		}
	}
	for _, sink := range r.Deliveries {
		if err := checkName("the name of a sink", sink); err != nil {
			return err
		}
	}
	if len(r.Subject) > maxKey {
		return fmt.Errorf("the subject has %d bytes: up to %d can be stored", len(r.Subject), maxKey)
	}
	return checkText(string(r.Type), r.Subject, string(r.Status), r.BusinessKey)
}

// checkRecord checks what events and dead letters have in common.
func checkRecord(r store.Record) error {
	if len(r.Body) > maxValue {
		return fmt.Errorf("the body has %d bytes: up to %d can be stored", len(r.Body), maxValue)
	}
	return checkText(string(r.Source), r.SourceID, r.Detail)
}

func checkFact(f media.Fact) error {
	if err := checkName("the medium of a fact", f.Medium); err != nil {
		return err
	}
	if err := checkName("the facet of a fact", f.Facet); err != nil {
		return err
	}
	if !json.Valid(f.Data) {
		return errors.New("the data of a fact is no JSON")
	}
	return nil
}

// checkName returns why a text cannot be part of a key.
func checkName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%s is empty", what)
	case len(name) > maxKey:
		return fmt.Errorf("%s has %d bytes: up to %d can be stored", what, len(name), maxKey)
	case strings.ContainsRune(name, 0):
		return fmt.Errorf("%s holds a NUL", what)
	}
	return checkText(name)
}

// checkText returns why texts cannot be values.
func checkText(texts ...string) error {
	for _, text := range texts {
		switch {
		case len(text) > maxValue:
			return fmt.Errorf("a text has %d bytes: up to %d can be stored", len(text), maxValue)
		case !utf8.ValidString(text):
			return errors.New("a text is not valid UTF-8")
		}
	}
	return nil
}

// eventOf returns the event in a row.
func eventOf(row columns) store.Event {
	return store.Event{
		ID: row.id("id"), Type: vod.Type(row.text("type")), Subject: row.text("subject"),
		Status: vod.Outcome(row.text("status")), Time: row.moment("time"), Received: row.moment("received"),
		Source: store.Source(row.text("source")), SourceID: row.text("source_id"),
		BusinessKey: row.text("business_key"), Body: row.bytes("body"),
	}
}
