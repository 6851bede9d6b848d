package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
)

// confirm asks a question on the terminal and reports whether the answer is yes. Where
// nobody can answer, it is a mistake not to have said --yes.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	f, ok := a.Stdin.(*os.File)
	if !ok || !someoneAt(f) {
		return false, errNobody
	}
	fmt.Fprint(a.Stderr, question+" [y/N] ")
	answers := make(chan string, 1)
	// Nothing ends a read from a terminal: after Ctrl+C the program ends without it.
	go func() {
		line, _ := bufio.NewReader(f).ReadString('\n')
		answers <- line
	}()
	select {
	case line := <-answers:
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return true, nil
		default:
			return false, nil
		}
	case <-ctx.Done():
		fmt.Fprintln(a.Stderr)
		return false, context.Cause(ctx)
	}
}

// someoneAt reports whether a file is a terminal: a device, and not the one without input.
func someoneAt(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// errNobody means that there is no terminal to ask on.
var errNobody = &usageError{"this asks before it changes anything, and there is no terminal to ask on: give --yes, or look with --dry-run"}
