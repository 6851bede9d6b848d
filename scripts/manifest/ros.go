package manifest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// ROS is what template.yaml makes, with one set of parameters.
type ROS struct {
	Queues    []Queue
	Topics    []string // names
	Role      string   // ARN of the role that both functions work as
	Grants    []Grant  // what it may do
	Project   string   // of Simple Log Service
	Logstore  string
	Instance  string // of Tablestore; empty if none is made
	Tables    []Table
	Alarms    []Alarm
	Functions []Function        // empty unless DeployFunctions is true
	Events    []string          // types that VOD notifies about; empty unless EnableCallback is true
	Outputs   map[string]string // by name

	file, name, account, region string
	made                        []resource
}

// resource is a resource that is made.
type resource struct {
	name       string // in the template
	kind       string // such as ALIYUN::MNS::Queue
	properties map[string]any
}

// Queue is a queue of MNS.
type Queue struct {
	Name       string
	Retention  time.Duration // how long it keeps a message
	Visibility time.Duration // how long a message that was received is hidden
	Wait       time.Duration // how long a request waits for a message, if it does not say
	MaxSize    int           // of a message, in bytes
}

// Grant is one action on one resource that a role may do.
type Grant struct {
	Action   string // such as mns:SendMessage
	Resource string // ARN; * stands for any text
}

// Table is a table of Tablestore.
type Table struct {
	Name    string
	Key     []string          // names of its columns, which are text
	Columns map[string]string // type of each other column that indexes use: STRING or INTEGER
	Indexes []Index
}

// Index is a local secondary index of a table.
type Index struct {
	Name    string
	Key     []string // with that of the table
	Columns []string // what it has besides
}

// ReadROS reads template.yaml and evaluates it with these parameters; others have their
// defaults. The pseudo parameters, such as ALIYUN::TenantId, may be among them. It does not
// check what it reads: see [CheckROS]. The error is that of a file that cannot be read or
// is no YAML.
func ReadROS(file string, parameters map[string]string) (*ROS, error) {
	t, _, err := readTemplate(file)
	if err != nil {
		return nil, err
	}
	e := t.evaluate(func(string, string) {})
	for name, value := range parameters {
		e.values[name] = typed(t.section("Parameters").field(name), value)
	}
	return e.all(), nil
}

// Environment returns the lines of the output Environment: variables of .env by name.
func (r *ROS) Environment() map[string]string {
	environment := map[string]string{}
	for line := range strings.Lines(r.Outputs["Environment"]) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			environment[name] = value
		}
	}
	return environment
}

// template is template.yaml as it is written.
type template struct {
	file string
	root *node
}

func (t *template) section(name string) *node { return t.root.field(name) }

// readTemplate reads a template. The problems are those of its form.
func readTemplate(file string) (*template, []Problem, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the caller names the file
	if err != nil {
		return nil, nil, fmt.Errorf("manifest: %w", err)
	}
	name := filepath.Base(file)
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, nil, fmt.Errorf("manifest: %s: %w", name, err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, nil, errors.New("manifest: " + name + ": is no YAML map")
	}
	var problems []Problem
	r := reader{calls: rosCalls(), report: func(where, what string) {
		problems = append(problems, Problem{File: name, Where: where, What: what})
	}}
	return &template{file: name, root: r.read("", document.Content[0])}, problems, nil
}

// evaluate begins an evaluation with the defaults of the parameters.
func (t *template) evaluate(report func(where, what string)) *evaluation {
	e := &evaluation{t: t, values: pseudo(), report: report}
	for name, parameter := range t.section("Parameters").all() {
		e.values[name] = e.of(parameter.field("Default"))
	}
	return e
}

// typed returns the value of a parameter in its type.
func typed(parameter *node, value string) any {
	switch parameter.field("Type").text() {
	case "CommaDelimitedList":
		var list []any
		for item := range strings.SplitSeq(value, ",") {
			list = append(list, item)
		}
		return list
	case "Boolean", "Number":
		var v any
		if yaml.Unmarshal([]byte(value), &v) == nil {
			return v
		}
	}
	return value
}

// all evaluates the whole template.
func (e *evaluation) all() *ROS {
	r := &ROS{
		Outputs: map[string]string{}, file: e.t.file, name: asText(e.values["Name"]),
		account: asText(e.values["ALIYUN::TenantId"]), region: asText(e.values["ALIYUN::Region"]),
	}
	for name, written := range e.t.section("Resources").all() {
		if !e.made(name) {
			continue
		}
		e.where = "Resources." + name
		r.made = append(r.made, resource{name, written.field("Type").text(), mapOf(e.of(written.field("Properties")))})
	}
	for name, written := range e.t.section("Outputs").all() {
		e.where = "Outputs." + name
		if c := written.field("Condition"); c == nil || e.holds(c) {
			r.Outputs[name] = asText(e.of(written.field("Value")))
		}
	}
	r.assemble()
	return r
}
