// Command pack does for scripts/build.sh what a shell does badly: it reads settings
// without showing them, and makes archives whose bytes depend on nothing but their files.
//
//	pack -schemes            what kinds of stores, sinks and fallbacks the settings name
//	pack <archive> <file>…   a zip of the files, all of them executable
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	schemes := flag.Bool("schemes", false, "print setting and scheme of each URL in the settings, environment before .env")
	flag.Parse()
	if err := run(*schemes, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(schemes bool, args []string, out io.Writer) error {
	switch {
	case schemes && len(args) == 0:
		file, err := readEnvFile(".env")
		if err != nil {
			return err
		}
		return printSchemes(out, os.LookupEnv, file)
	case !schemes && len(args) > 1:
		return pack(args[0], args[1:])
	default:
		return errors.New("it takes -schemes, or an archive and files")
	}
}
