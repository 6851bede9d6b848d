package oracle_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/awslabs/goformation/v7/intrinsics"
	"github.com/awslabs/goformation/v7/schema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

// samTemplateText is a template in JSON, as far as the rules look into it.
type samTemplateText struct {
	Parameters map[string]struct {
		Type    string
		NoEcho  bool
		Default any
	}
	Conditions map[string]any
	Resources  map[string]samResource
	Outputs    map[string]any
}

type samResource struct {
	Type       string
	DependsOn  string
	Properties map[string]any
}

// samProblems returns what is wrong with a template: by the schema of its resources, by
// the table of what is expected, and by what neither can know.
func samProblems(t *testing.T, text string) []string {
	t.Helper()
	plain, err := intrinsics.ProcessYAML([]byte(text), &intrinsics.ProcessorOptions{NoProcess: true})
	if err != nil {
		return []string{err.Error()}
	}
	values, err := intrinsics.ProcessYAML([]byte(text), resolved(given))
	require.NoError(t, err)
	var sections map[string]any
	require.NoError(t, json.Unmarshal(plain, &sections))
	var written, with samTemplateText
	problems := append(samDifferences(t, sections), bare(text)...)
	if err := errors.Join(json.Unmarshal(plain, &written), json.Unmarshal(values, &with)); err != nil {
		return append(problems, err.Error())
	}

	problems = append(problems, bySchema(t, values)...)
	problems = append(problems, written.references()...)
	problems = append(problems, written.secrets()...)
	return append(problems, with.inputs()...)
}

// bare returns lines with a word without quotes that is true or false in YAML 1.1, which
// CloudFormation reads, and a text here.
func bare(text string) []string {
	var problems []string
	word := regexp.MustCompile(`(?mi)^[^#'"\n]*(: |[\[,] ?|- )(on|off|yes|no)\s*($|[#,}\]])`)
	for _, line := range word.FindAllString(text, -1) {
		problems = append(problems, strings.TrimSpace(line)+": needs quotes")
	}
	return problems
}

// samDefinitions are those of goformation's schema of SAM and CloudFormation, by name.
var samDefinitions = sync.OnceValues(func() (map[string]any, error) {
	var whole struct{ Definitions map[string]any }
	if err := json.Unmarshal([]byte(schema.SamSchema), &whole); err != nil {
		return nil, err
	}
	// Either destination will do, by SAM's documentation.
	either, _ := whole.Definitions["AWS::Serverless::Function.EventInvokeDestinationConfig"].(map[string]any)
	delete(either, "required")
	return whole.Definitions, nil
})

// bySchema holds each resource against the definitions of its type. The schema of whole
// templates takes seconds to compile, and for what is wrong with one it blames all types.
func bySchema(t *testing.T, template []byte) []string {
	t.Helper()
	definitions, err := samDefinitions()
	require.NoError(t, err)
	var whole struct{ Resources map[string]any }
	require.NoError(t, json.Unmarshal(template, &whole))
	var problems []string
	for id, resource := range whole.Resources {
		fields, _ := resource.(map[string]any)
		kind := fmt.Sprint(fields["Type"])
		if definitions[kind] == nil {
			problems = append(problems, id+": no such type "+kind)
			continue
		}
		own := map[string]any{"Tag": definitions["Tag"]}
		for name, definition := range definitions {
			if name == kind || strings.HasPrefix(name, kind+".") {
				own[name] = definition
			}
		}
		compiler := jsonschema.NewCompiler()
		require.NoError(t, compiler.AddResource("sam.json", map[string]any{"$schema": "http://json-schema.org/draft-04/schema#", "definitions": own}))
		compiled, err := compiler.Compile("sam.json#/definitions/" + kind)
		require.NoError(t, err)
		if err := compiled.Validate(resource); err != nil {
			for line := range strings.Lines(err.Error()) {
				problems = append(problems, id+": "+strings.TrimSpace(strings.TrimLeft(line, " -")))
			}
		}
	}
	return problems
}

// references returns names that nothing has, and parameters and conditions that nobody uses.
func (s samTemplateText) references() []string {
	var problems []string
	used := map[string]bool{}
	for _, section := range []map[string]any{s.Conditions, s.Outputs, s.resources()} {
		for where, value := range section {
			for _, name := range names(value) {
				used[name] = true
				if !s.has(name) {
					problems = append(problems, where+": nothing is called "+name)
				}
			}
		}
	}
	for name := range s.Parameters {
		if !used[name] {
			problems = append(problems, name+": nobody uses this parameter")
		}
	}
	for name := range s.Conditions {
		if !used[name] {
			problems = append(problems, name+": nobody uses this condition")
		}
	}
	return problems
}

// resources returns the resources as values with names in them.
func (s samTemplateText) resources() map[string]any {
	all := map[string]any{}
	for id, r := range s.Resources {
		all[id] = []any{r.Properties, map[string]any{"DependsOn": r.DependsOn}}
	}
	return all
}

// has says whether a name is that of a parameter, condition or resource, or made by SAM
// for a function.
func (s samTemplateText) has(name string) bool {
	_, parameter := s.Parameters[name]
	_, condition := s.Conditions[name]
	_, resource := s.Resources[name]
	of, url := strings.CutSuffix(name, "Url")
	made := url && s.Resources[of].Properties["FunctionUrlConfig"] != nil
	return parameter || condition || resource || made || strings.HasPrefix(name, "AWS::")
}

// names returns what a value refers to.
func names(value any) []string {
	var found []string
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			found = append(found, names(element)...)
		}
	case map[string]any:
		for key, of := range v {
			text, _ := of.(string)
			list, _ := of.([]any)
			resource, _, _ := strings.Cut(text, ".")
			switch {
			case key == "Ref" || key == "Condition" && text != "" || key == "DependsOn" && text != "":
				found = append(found, text)
			case key == "Fn::GetAtt" && text != "":
				found = append(found, resource)
			case key == "Fn::GetAtt" && len(list) > 0:
				found = append(found, fmt.Sprint(list[0]))
			case key == "Fn::Sub":
				for _, m := range regexp.MustCompile(`\$\{([^.}]+)`).FindAllStringSubmatch(text, -1) {
					found = append(found, m[1])
				}
			case key == "Fn::If" && len(list) == 3:
				found = append(found, fmt.Sprint(list[0]))
				found = append(found, names(list[1:])...)
			default:
				found = append(found, names(of)...)
			}
		}
	}
	return found
}

// secrets returns places, besides the variables of functions, that show a parameter that is
// not shown: outputs and descriptions are there for everybody to read who may see the stack.
func (s samTemplateText) secrets() []string {
	shown := map[string]any{}
	for id, output := range s.Outputs {
		shown["Outputs."+id] = output
	}
	for id, r := range s.Resources {
		properties := maps.Clone(r.Properties)
		if environment, ok := properties["Environment"].(map[string]any); ok && r.Type == "AWS::Serverless::Function" {
			environment = maps.Clone(environment)
			delete(environment, "Variables")
			properties["Environment"] = environment
		}
		shown[id] = properties
	}
	var problems []string
	for where, value := range shown {
		for _, name := range names(value) {
			if s.Parameters[name].NoEcho {
				problems = append(problems, where+": shows the secret "+name)
			}
		}
	}
	return problems
}

// inputs returns schedules whose input the MNS function does not take for the timer's.
func (s samTemplateText) inputs() []string {
	var problems []string
	for id, r := range s.Resources {
		if r.Type != "AWS::Scheduler::Schedule" {
			continue
		}
		target, _ := r.Properties["Target"].(map[string]any)
		input := strings.ReplaceAll(fmt.Sprint(target["Input"]), "<aws.scheduler.scheduled-time>", "2022-03-22T18:59:43Z")
		if mns.Parse([]byte(input)).Kind != mns.KindTimer {
			problems = append(problems, id+": its input is no event of a timer")
		}
	}
	return problems
}
