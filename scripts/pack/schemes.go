package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
)

var scheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]*$`)

// readEnvFile reads a file of settings as Serverless Devs does; there may be none.
func readEnvFile(name string) (map[string]string, error) {
	file, err := os.Open(name) //nolint:gosec // It is always .env, but in tests.
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	values, err := godotenv.Parse(file)
	if err != nil {
		return nil, errors.New(name + " cannot be read: its lines must be NAME=value") // err quotes the file, which holds secrets
	}
	return values, nil
}

// printSchemes prints a line for each URL in the settings that name what functions link,
// such as "VOD_STORE postgres", and nothing if they are not set. What is set in the
// environment counts before the file, even if it is set to nothing. No error quotes a value.
func printSchemes(out io.Writer, lookup func(string) (string, bool), file map[string]string) error {
	var lines strings.Builder
	for _, name := range []string{"VOD_STORE", "VOD_SINKS", "VOD_FALLBACK", "VOD_DEAD_LETTER_QUEUE"} {
		value, ok := lookup(name)
		if !ok {
			value = file[name]
		}
		for u := range strings.FieldsSeq(value) {
			s, _, ok := strings.Cut(strings.ToLower(u), ":")
			if !ok || !scheme.MatchString(s) {
				return errors.New(name + ": a URL has no scheme")
			}
			fmt.Fprintln(&lines, name, s)
		}
	}
	if lines.Len() > 0 && !strings.HasPrefix(lines.String(), "VOD_STORE ") {
		return errors.New("VOD_STORE is not set, others are: set it too, or none to link everything")
	}
	_, err := io.WriteString(out, lines.String())
	return err
}
