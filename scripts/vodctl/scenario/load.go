package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// Limits of a story, far beyond what a person writes by hand.
const (
	maxBytes  = 1 << 20
	maxEvents = 1000
)

// LoadFile reads a story from a YAML file as [Load] does, and no more of it than the
// longest one has.
func LoadFile(path string) (s vodtest.Scenario, err error) {
	f, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return s, err
	}
	return Load(data, path)
}

// Load reads a story from the content of a YAML file, see the package comment. Its
// name is that of the file, without directory and ending. What it returns has passed
// [vodtest.Scenario.Check].
//
// Errors begin with the file and, unless it is no YAML at all, the line; they say
// what is allowed there and, for a name, which one was probably meant.
func Load(data []byte, file string) (vodtest.Scenario, error) {
	base := filepath.Base(file)
	r := reader{file: base}
	root, err := r.document(data)
	if err != nil {
		return vodtest.Scenario{}, err
	}
	s := vodtest.Scenario{Name: strings.TrimSuffix(base, filepath.Ext(base))}
	var lines []int // of the events
	err = r.members(root, map[string]func(*yaml.Node) error{
		"title": r.text("title", &s.Title),
		"events": func(n *yaml.Node) error {
			if n.Kind != yaml.SequenceNode || len(n.Content) == 0 || len(n.Content) > maxEvents {
				return r.wrong(n, fmt.Sprintf("events has to be a list of 1 to %d events", maxEvents))
			}
			var before vodtest.Step
			for _, item := range n.Content {
				step, err := r.event(item, before)
				if err != nil {
					return err
				}
				s.Steps, lines, before = append(s.Steps, step), append(lines, item.Line), step
			}
			return nil
		},
	})
	if err != nil {
		return vodtest.Scenario{}, err
	}
	if len(s.Steps) == 0 {
		return vodtest.Scenario{}, r.wrong(root, "the story has no events")
	}
	if err := s.Check(); err != nil {
		if bad, ok := errors.AsType[*vodtest.StepError](err); ok {
			return vodtest.Scenario{}, fmt.Errorf("%s:%d: event %d: %s", base, lines[bad.Step-1], bad.Step, bad.Problem)
		}
		return vodtest.Scenario{}, fmt.Errorf("%s: %w", base, err)
	}
	return s, nil
}

// document returns the root of the only document in data.
func (r reader) document(data []byte) (*yaml.Node, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%s: more than %d bytes", r.file, maxBytes)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, another yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: the story has no events", r.file)
	} else if err != nil {
		return nil, r.syntax(err)
	}
	if err := d.Decode(&another); err == nil {
		return nil, r.wrong(&another, "one file has one story, this is a second")
	} else if !errors.Is(err, io.EOF) {
		return nil, r.syntax(err)
	}
	root := doc.Content[0]
	return root, r.plain(root)
}

// plain refuses what stands for something that is written elsewhere: anchors and
// merge keys.
func (r reader) plain(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode:
		return r.wrong(n, "anchors are not read: write the value itself")
	case n.ShortTag() == "!!merge":
		return r.wrong(n, "<< is not read: write the members themselves; for a name put it in quotation marks")
	}
	for _, part := range n.Content {
		if err := r.plain(part); err != nil {
			return err
		}
	}
	return nil
}

// syntax puts an error of the YAML library, "yaml: line 3: …", into our form.
func (r reader) syntax(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if number, rest, ok := strings.Cut(strings.TrimPrefix(text, "line "), ": "); ok {
		if line, err := strconv.Atoi(number); err == nil {
			return fmt.Errorf("%s:%d: %s", r.file, line, rest)
		}
	}
	return fmt.Errorf("%s: %s", r.file, text)
}
