package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" type:"choice" choices:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help implements kong.HelpProvider.
func (completionCommand) Help() string {
	return `Prints the script with which a shell completes commands, flags, types of events, states and the like.

    source <(vodctl completion bash)      # or zsh
    vodctl completion fish | source`
}

// The scripts ask the hidden command complete, with the words typed so far.
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
	fishCompletion = `complete -c vodctl -a '(set -l words (commandline -opc) (commandline -ct); $words[1] complete -- $words[2..-1] 2>/dev/null)'
`
)

// Run prints the script.
func (c *completionCommand) Run(a *app) error {
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
	arguments := 0
	for _, word := range words {
		name, _, hasValue := strings.Cut(word, "=")
		child := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
		switch {
		case pending != nil:
			pending = nil
		case strings.HasPrefix(word, "-"):
			if f := flagNamed(node, name); f != nil && !f.IsBool() && !hasValue {
				pending = f
			}
		case child >= 0:
			node, arguments = node.Children[child], 0
		default:
			arguments++
		}
	}
	switch {
	case pending != nil:
		return valuesOf(pending.Value)
	case strings.HasPrefix(last, "-"):
		return flagNames(node, last)
	}
	var found []string
	for _, child := range node.Children {
		if !child.Hidden {
			found = append(found, child.Name)
		}
	}
	if arguments < len(node.Positional) {
		found = append(found, valuesOf(node.Positional[arguments])...)
	}
	return found
}

// valuesOf returns what a value may be, as far as that is known. The tag "hints"
// is for values that may be others, too.
func valuesOf(v *kong.Value) []string {
	if v.Tag.Get("hints") == "types" {
		return typeNames()
	}
	return choicesOf(v)
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
func flagNames(node *kong.Node, last string) []string {
	if name, _, ok := strings.Cut(last, "="); ok {
		var found []string
		if f := flagNamed(node, name); f != nil {
			for _, v := range valuesOf(f.Value) {
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
