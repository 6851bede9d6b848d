package fielddoc

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"

	"github.com/vodevents/vodevents/shared/vod"
)

// Kind is what a value is.
type Kind string

// The kinds. Status and Time are texts, Any stands for values whose structure is not
// documented, and Null only for what came.
const (
	Text    Kind = "text"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Time    Kind = "time"
	Status  Kind = "status"
	List    Kind = "list"
	Object  Kind = "object"
	Any     Kind = "any"
	Null    Kind = "null"
)

// Unit is what a number counts.
type Unit string

// The units.
const (
	Bytes           Unit = "bytes"
	Seconds         Unit = "seconds"
	Milliseconds    Unit = "milliseconds"
	KilobitsPerS    Unit = "kbit/s"
	FramesPerSecond Unit = "frames per second"
	Pixels          Unit = "pixels"
)

// Field is what is documented about one member of an event.
type Field struct {
	// Name is VOD's spelling; "*" stands for any name.
	Name string `json:"name"`
	// Path leads to it from the top, such as "StreamInfos[].Bitrate" or
	// "ActivityResults.*.Status".
	Path string `json:"path"`
	// Kind is what the value means: a number may come as text.
	Kind Kind `json:"kind"`
	// Of is the Kind of the items of a List.
	Of   Kind `json:"of,omitempty"`
	Unit Unit `json:"unit,omitempty"` // empty if there is none
	// Opaque means that the value is not VOD's: what is in it, if it is JSON, is not
	// documented and need not be.
	Opaque bool `json:"opaque,omitempty"`
	// Doc is one or more sentences.
	Doc string `json:"doc"`
	// Fields are those of the Object, or of the items of the List, that it is.
	Fields []Field `json:"fields,omitempty"`
}

// Shape is what is documented about the events of one form.
type Shape struct {
	// Name is that of the struct in package vod; it is the Type, but for
	// "UploadStreamByURLComplete" and "Unknown".
	Name string `json:"name"`
	// Type is empty for "Unknown", which has the members that all events have.
	Type vod.Type `json:"type,omitempty"`
	// Doc says what the event reports, in one or more paragraphs with an empty line
	// between.
	Doc string `json:"doc"`
	// Source is the URL of VOD's page; empty for "Unknown".
	Source string `json:"source,omitempty"`
	// Statuses are the words that Status may be, in VOD's spelling.
	Statuses []string `json:"statuses,omitempty"`
	Fields   []Field  `json:"fields"`
}

// unknown is the name of the shape of events whose type is not documented.
const unknown = "Unknown"

// Documented reports whether VOD documents events of this shape.
func (s Shape) Documented() bool { return s.Name != unknown }

// Shapes returns all shapes, in the order of VOD's reference, and the one named
// "Unknown" last. They must not be changed.
func Shapes() []Shape { return shapes() }

// Of returns the shape of an event of type t, and of the body if it takes that to tell.
// The shape of a type that is not documented is "Unknown".
func Of(t vod.Type, body []byte) Shape {
	name := string(t)
	if t == vod.TypeUploadByURLComplete && isStream(body) {
		name = "UploadStreamByURLComplete"
	}
	all := shapes()
	for _, s := range all {
		if s.Name == name && s.Type == t {
			return s
		}
	}
	return all[len(all)-1]
}

// isStream reports whether a pull was one of a stream.
func isStream(body []byte) bool {
	e, err := vod.Parse(body)
	_, ok := e.(*vod.UploadStreamByURLComplete)
	return err == nil && ok
}

// All calls yield for every field of the shape, those of objects after the object.
func (s Shape) All() func(yield func(Field) bool) {
	return func(yield func(Field) bool) { all(s.Fields, yield) }
}

func all(fields []Field, yield func(Field) bool) bool {
	for _, f := range fields {
		if !yield(f) || !all(f.Fields, yield) {
			return false
		}
	}
	return true
}

// isChange reports whether f is a value before and after, which may also come as the
// bare value.
func (f Field) isChange() bool {
	return len(f.Fields) == 2 && f.Fields[0].Name == "OldValue" && f.Fields[1].Name == "NewValue"
}

// find returns the index of the field that takes the member of this name, and whether
// that is its very name; -1 if there is none. Package vod matches names in the same way.
func find(fields []Field, name string) (index int, exact bool) {
	if len(fields) == 1 && fields[0].Name == "*" {
		return 0, true
	}
	name = strings.TrimSpace(name)
	index = -1
	for i := range fields {
		switch {
		case fields[i].Name == name:
			return i, true
		case index < 0 && strings.EqualFold(fields[i].Name, name):
			index = i
		}
	}
	return index, false
}

// document is made from package vod by the test TestDocumentIsCurrent with -update.
//
//go:embed fields.json
var document []byte

var shapes = sync.OnceValue(func() []Shape { //nolint:gochecknoglobals // a cache of what is embedded
	var all []Shape
	if err := json.Unmarshal(document, &all); err != nil {
		panic("fielddoc: fields.json: " + err.Error())
	}
	return all
})
