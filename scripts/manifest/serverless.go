package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Serverless is what s.yaml deploys, with all expressions resolved.
type Serverless struct {
	Functions []Function // sorted by ID
	Unset     []string   // variables that have no default and are not set or empty, sorted
}

// Function is a function of s.yaml.
type Function struct {
	ID        string // its name below resources: http or mns
	Name      string // in Function Compute
	Region    string // such as cn-shanghai
	Runtime   string // go1 or custom.debian12
	Handler   string
	Code      string // path of the zip, relative to s.yaml
	Role      string // ARN of the RAM role that it works as
	Timeout   time.Duration
	Settings  map[string]string // its environment variables
	Triggers  []Trigger         // in the order of the file
	OnFailure string            // ARN of where asynchronous invocations go that failed for good; may be empty
	Project   string            // of Simple Log Service
	Logstore  string

	props map[string]any // all that s.yaml says of it, but the roles of triggers
}

// Trigger is a trigger of a function. Fields that its type does not have are empty.
type Trigger struct {
	Name        string
	Type        string // http, mns_topic, eventbridge or timer
	Source      string // ARN of an mns_topic's topic
	Role        string // ARN of the RAM role that the platform invokes the function as
	Queue       string // name of the MNS queue that an eventbridge trigger reads
	DeadLetters string // ARN of the queue for what an eventbridge trigger cannot hand over
	Enabled     bool   // of timer and eventbridge; the others always are
}

// Function returns the function with that ID.
func (s *Serverless) Function(id string) (Function, bool) {
	for _, f := range s.Functions {
		if f.ID == id {
			return f, true
		}
	}
	return Function{}, false
}

// Trigger returns the trigger with that name.
func (f Function) Trigger(name string) (Trigger, bool) {
	for _, t := range f.Triggers {
		if t.Name == name {
			return t, true
		}
	}
	return Trigger{}, false
}

// ReadServerless reads s.yaml and resolves its expressions with the variables that getenv
// gives access to. It does not check what it reads: see [CheckServerless]. What depends on
// a variable of Unset is empty. The error is that of a file that cannot be read, is no
// YAML, or has an expression that cannot be resolved.
func ReadServerless(file string, getenv func(string) string) (*Serverless, error) {
	d, err := openDeployment(file, getenv)
	if err != nil {
		return nil, err
	}
	if len(d.problems) > 0 {
		return nil, fmt.Errorf("manifest: %s", d.problems[0])
	}
	return d.serverless(), nil
}

// CheckServerless reads s.yaml as [ReadServerless] does and returns all that is wrong in
// it, sorted by place. If expressions cannot be resolved, these are all: the rest depends
// on them. It is about the file alone: that a store or a queue is there and can be used,
// vodctl doctor says.
func CheckServerless(file string, getenv func(string) string) ([]Problem, error) {
	d, err := openDeployment(file, getenv)
	if err != nil {
		return nil, err
	}
	d.problems = append(d.problems, d.missing...)
	if len(d.problems) == 0 {
		d.checkForm()
		d.checkRules()
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Where, b.Where) })
	return slices.Compact(d.problems), nil
}

// serverless returns the deployment as what it deploys.
func (d *deployment) serverless() *Serverless {
	s := &Serverless{Unset: slices.Sorted(slices.Values(d.unset))}
	resources := mapOf(d.root["resources"])
	for _, id := range sortedKeys(resources) {
		s.Functions = append(s.Functions, functionOf(id, mapOf(dig(resources[id], "props"))))
	}
	return s
}

// functionOf reads the props of a function.
func functionOf(id string, props map[string]any) Function {
	f := Function{
		ID:        id,
		Name:      asText(dig(props, "functionName")),
		Region:    asText(dig(props, "region")),
		Runtime:   asText(dig(props, "runtime")),
		Handler:   asText(dig(props, "handler")),
		Code:      asText(dig(props, "code")),
		Role:      asText(dig(props, "role")),
		Timeout:   seconds(dig(props, "timeout")),
		Settings:  map[string]string{},
		props:     props,
		OnFailure: asText(dig(props, "asyncInvokeConfig", "destinationConfig", "onFailure", "destination")),
		Project:   asText(dig(props, "logConfig", "project")),
		Logstore:  asText(dig(props, "logConfig", "logstore")),
	}
	for name := range mapOf(dig(props, "environmentVariables")) {
		f.Settings[name] = asText(dig(props, "environmentVariables", name))
	}
	for _, t := range listOf(dig(props, "triggers")) {
		f.Triggers = append(f.Triggers, triggerOf(t))
	}
	return f
}

func triggerOf(v any) Trigger {
	t := Trigger{
		Name:        asText(dig(v, "triggerName")),
		Type:        asText(dig(v, "triggerType")),
		Source:      asText(dig(v, "sourceArn")),
		Role:        asText(dig(v, "invocationRole")),
		Queue:       asText(dig(v, "triggerConfig", "eventSourceConfig", "eventSourceParameters", "sourceMNSParameters", "QueueName")),
		DeadLetters: asText(dig(v, "triggerConfig", "runOptions", "deadLetterQueue", "Arn")),
		Enabled:     true,
	}
	switch t.Type {
	case "timer":
		t.Enabled = dig(v, "triggerConfig", "enable") == true
	case "eventbridge":
		t.Enabled = dig(v, "triggerConfig", "triggerEnable") == true
	}
	return t
}
