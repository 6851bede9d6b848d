package cli

import (
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/shared/vod"
)

// decodeChoice decodes a value that is one of those in the tag "choices", or another
// word for one, as in the tag "aliases". Case does not matter.
func decodeChoice(ctx *kong.DecodeContext, target reflect.Value) error {
	var given string
	if err := ctx.Scan.PopValueInto("one of "+ctx.Value.Tag.Get("choices"), &given); err != nil {
		return err
	}
	for alias := range strings.SplitSeq(ctx.Value.Tag.Get("aliases"), ",") {
		if other, means, _ := strings.Cut(alias, "="); strings.EqualFold(other, given) && means != "" {
			given = means
		}
	}
	choices := choicesOf(ctx.Value)
	i := slices.IndexFunc(choices, func(c string) bool { return strings.EqualFold(c, given) })
	if i < 0 {
		return usagef("there is no %q, only %s%s", given, strings.Join(choices, ", "), nearest.Hint(given, choices))
	}
	target.SetString(choices[i])
	return nil
}

// choicesOf returns what a value may be; nil if that is open.
func choicesOf(v *kong.Value) []string {
	switch list := v.Tag.Get("choices"); list {
	case "":
		return nil
	case "types":
		return typeNames()
	default:
		return strings.Split(list, ",")
	}
}

// typeNames returns the names of all documented types of events.
func typeNames() []string {
	var names []string
	for _, t := range vod.Types() {
		names = append(names, string(t))
	}
	return names
}
