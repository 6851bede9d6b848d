// Package services gives tests real servers: PostgreSQL, MariaDB (as mysql) and
// Redis, which scripts/services.sh runs. It is for tests only.
//
//	url := services.Postgres(t)           // a new and empty database
//	server := services.Own(t, "postgres") // a server of its own, to be killed
//
// Servers come from scripts/test.sh; where it did not start them, each test program
// starts its own. They end with the program that started them, however that ends.
// On a machine without the servers these tests are skipped, with CI=true they fail.
package services

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// missingError reports that a server is not installed, and says what to do.
type missingError struct{ advice string }

func (e missingError) Error() string { return e.advice }

// running is a server that runs as long as stdin is open.
type running struct {
	url    string
	dir    string // VOD_SERVICES
	script string
	cmd    *exec.Cmd
	stdin  io.Closer
}

// run starts a server of the given name.
func run(name string) (*running, error) {
	script, err := find()
	if err != nil {
		return nil, err
	}
	r := &running{script: script, cmd: command(script, "", "run", name)}
	var stderr bytes.Buffer
	r.cmd.Stderr = &stderr
	if r.stdin, err = r.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	err = r.cmd.Start()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, missingError{"services.sh needs bash"}
	} else if err != nil {
		return nil, err
	}
	printed, err := io.ReadAll(stdout)
	values := assignments(string(printed))
	r.dir, r.url = values["VOD_SERVICES"], values[variable(name)]
	if r.url != "" {
		return r, nil
	}
	if err := errors.Join(err, r.stop()); err != nil {
		return nil, errors.Join(err, errors.New(stderr.String()))
	}
	return nil, missingError{strings.TrimSpace(stderr.String())}
}

// stop stops the server and waits until it is gone.
func (r *running) stop() error { return errors.Join(r.stdin.Close(), r.cmd.Wait()) }

// do runs a command of services.sh on the server.
func (r *running) do(args ...string) error {
	if out, err := command(r.script, r.dir, args...).CombinedOutput(); err != nil {
		return errors.New("services.sh " + strings.Join(args, " ") + ": " + string(out))
	}
	return nil
}

// command is a call of services.sh for the servers in a directory.
func command(script, dir string, args ...string) *exec.Cmd {
	// Without a context: a server outlives the test that is the first to use it.
	cmd := exec.CommandContext(context.Background(), "bash", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), "VOD_SERVICES="+dir, "VOD_SERVICES_SESSION=")
	return cmd
}

// find returns the path of services.sh, above the directory of the package under test.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		script := filepath.Join(dir, "scripts", "services.sh")
		_, err := os.Stat(script)
		switch {
		case err == nil:
			return script, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		case dir == filepath.Dir(dir):
			return "", errors.New("services: no scripts/services.sh above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// variable is where services.sh puts the URL of a server.
func variable(name string) string { return "VOD_TEST_" + strings.ToUpper(name) }

// assignments reads lines like export NAME='value'.
func assignments(lines string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(lines) {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		if ok {
			values[name] = strings.Trim(value, "'")
		}
	}
	return values
}

// shared returns the URL of the server that all tests of the program use.
func shared(t testing.TB, name string, start func() (*running, error)) string {
	t.Helper()
	if url := os.Getenv(variable(name)); url != "" {
		return url
	}
	r, err := start()
	need(t, err)
	return r.url
}

// The servers of this program, which end when its end closes their pipes.
var (
	ownPostgres = sync.OnceValues(func() (*running, error) { return run("postgres") }) //nolint:gochecknoglobals // once per program
	ownMySQL    = sync.OnceValues(func() (*running, error) { return run("mysql") })    //nolint:gochecknoglobals // once per program
)

// need ends the test if there is no server: as skipped if it is not installed.
func need(t testing.TB, err error) {
	t.Helper()
	if missing, ok := errors.AsType[missingError](err); ok && os.Getenv("CI") != "true" {
		t.Skip(missing)
	}
	if err != nil {
		t.Fatal(err)
	}
}
