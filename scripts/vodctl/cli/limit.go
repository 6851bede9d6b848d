package cli

import (
	"fmt"
	"strconv"

	"github.com/alecthomas/kong"
)

// limit is the flag --limit.
type limit int

// Decode implements kong.MapperValue. It takes a negative number for what it is,
// not for another flag.
func (l *limit) Decode(ctx *kong.DecodeContext) error {
	n, err := strconv.Atoi(fmt.Sprint(ctx.Scan.Pop().Value))
	if err != nil || n < 1 {
		return usagef("want a number of at least 1")
	}
	*l = limit(n)
	return nil
}
