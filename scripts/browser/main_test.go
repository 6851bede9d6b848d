package browser_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The programs under test, built once.
var (
	vodctl    string
	functions string
)

var screenshots = flag.String("screenshots", "", "write the pictures that the README shows into this `directory`")

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// run builds what is tested, starts the browser, and takes all of it away in the end.
func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "browser-test-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := build(dir); err != nil {
		return 0, err
	}
	var stop func()
	if browser, stop, err = startBrowser(filepath.Join(dir, "profile")); err != nil {
		return 0, err
	}
	defer stop()
	defer stopFilled()
	return m.Run(), nil
}

// build builds vodctl and the functions. It is a plain build: what go run and vodctl dev
// build, so that the cache serves all.
func build(dir string) error {
	cmd := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-ldflags=-s -w",
		"-o", dir+string(filepath.Separator), "./scripts/vodctl", "./functions/http", "./functions/mns")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	vodctl, functions = filepath.Join(dir, "vodctl"), dir
	if runtime.GOOS == "windows" {
		vodctl += ".exe"
	}
	return nil
}

// ci reports whether what is missing is an error.
func ci() bool { return os.Getenv("CI") == "true" }

// missing skips a test that needs something that is not on this machine.
func missing(t *testing.T, what string) {
	t.Helper()
	if ci() {
		t.Fatalf("CI needs %s", what)
	}
	t.Skipf("it needs %s", what)
}
