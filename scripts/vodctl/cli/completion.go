package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/vodevents/vodevents/scripts/vodctl/scenario"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

type completionCommand struct {
	Shell string `arg:"" type:"choice" choices:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help implements kong.HelpProvider.
func (completionCommand) Help() string {
	return `Prints the script with which a shell completes commands, flags, types of events, states and the like. There is no ` +
		`JSON of it. For zsh its own completion has to be on first: autoload -U compinit && compinit.

    source <(vodctl completion bash)      # or zsh
    vodctl completion fish | source`
}

// The scripts ask the hidden command complete, with the words typed so far. Where
// that knows nothing, they offer files.
const (
	bashCompletion = `_vodctl() {
  local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]#=}
  COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "$word"))
}
complete -o default -F _vodctl vodctl
`
	zshCompletion = `#compdef vodctl
_vodctl() {
  local -a found
  found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(${found:#})
  (( ${#found} )) && compadd -a found || _files
}
compdef _vodctl vodctl
`
	fishCompletion = `function __vodctl
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] complete -- $words[2..-1] 2>/dev/null)
  if count $found >/dev/null
    string join \n -- $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c vodctl -f -a '(__vodctl)'
`
)

// Run prints the script.
func (c *completionCommand) Run(a *app) error {
	if a.json {
		return usagef("there is no JSON of a script")
	}
	script := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	_, err := fmt.Fprint(a.Stdout, script)
	return err
}

type completeCommand struct {
	Words []string `arg:"" optional:""`
}

// Run prints what may stand in place of the last word, one on each line.
func (c *completeCommand) Run(a *app) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	// bash hands over --flag=value as three words.
	last := ""
	if len(words) > 0 {
		last = strings.TrimPrefix(words[len(words)-1], "=")
		words = slices.DeleteFunc(words[:len(words)-1], func(w string) bool { return w == "=" })
	}
	for _, candidate := range candidates(a.model.Node, words, last) {
		if strings.HasPrefix(candidate, last) {
			a.say("%s", candidate)
		}
	}
	return nil
}

// candidates returns what may follow the words.
func candidates(node *kong.Node, words []string, last string) []string {
	var pending *kong.Flag // waits for its value
	var arguments []string
	meant := orDefault(node)
	for _, word := range words {
		name, _, hasValue := strings.Cut(word, "=")
		child := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
		switch {
		case pending != nil:
			pending = nil
		case strings.HasPrefix(word, "-"):
			if f := flagNamed(meant, name); f != nil && !f.IsBool() && !hasValue {
				pending = f
			}
		case child >= 0:
			node, arguments = node.Children[child], nil
			meant = orDefault(node)
		default:
			arguments = append(arguments, word)
		}
	}
	switch {
	case pending != nil:
		return valuesOf(pending.Value, arguments)
	case strings.HasPrefix(last, "-"):
		return flagNames(meant, last, arguments)
	}
	var found []string
	for _, child := range node.Children {
		if !child.Hidden {
			found = append(found, child.Name)
		}
	}
	if len(arguments) < len(meant.Positional) {
		found = append(found, valuesOf(meant.Positional[len(arguments)], arguments)...)
	}
	return found
}

// orDefault returns the command that is meant when none of those below a node is named.
func orDefault(node *kong.Node) *kong.Node {
	if node.DefaultCmd != nil {
		return node.DefaultCmd
	}
	return node
}

// valuesOf returns what a value may be, as far as that is known, with the arguments
// before it. The tag "hints" is for values that may be others, too.
func valuesOf(v *kong.Value, arguments []string) []string {
	switch v.Tag.Get("hints") {
	case "types":
		return typeNames()
	case "variants":
		return variantNames(arguments)
	case "stories":
		return scenario.Names()
	default:
		return choicesOf(v)
	}
}

// variantNames returns the variants of the type that is the first argument, or of
// all types if it is none.
func variantNames(arguments []string) []string {
	var all []string
	for _, t := range vod.Types() {
		names := named(vodtest.Variants(t))
		if len(arguments) > 0 && strings.EqualFold(arguments[0], string(t)) {
			return names
		}
		all = append(all, names...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func flagNamed(node *kong.Node, name string) *kong.Flag {
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}

// flagNames returns all flags, or, after --flag=, the flag with its values.
func flagNames(node *kong.Node, last string, arguments []string) []string {
	if name, _, ok := strings.Cut(last, "="); ok {
		var found []string
		if f := flagNamed(node, name); f != nil {
			for _, v := range valuesOf(f.Value, arguments) {
				found = append(found, name+"="+v)
			}
		}
		return found
	}
	var found []string
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			found = append(found, "--"+f.Name)
		}
	}
	return found
}
