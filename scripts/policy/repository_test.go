package policy_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/vodevents/vodevents"
	root   = "../.." // the top of the repository, as seen from a test of this package
)

// goPackage is what go list says about a package.
type goPackage struct {
	ImportPath string
	Name       string
	Dir        string
	Doc        string   // first sentence of the package comment
	GoFiles    []string // those that are no tests
	Imports    []string // by GoFiles
}

// Short returns the path of the package below the top of the repository.
func (p goPackage) Short() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// packages lists the packages of the module. It asks the go command once.
var packages = sync.OnceValues(func() ([]goPackage, error) {
	out, err := goCommand("list", "-json=ImportPath,Name,Dir,Doc,GoFiles,Imports", "./...")
	if err != nil {
		return nil, err
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

// goCommand runs the go command at the top of the repository and returns what it prints.
func goCommand(args ...string) (string, error) {
	cmd := exec.Command("go", args...) // without a context: go test has a time limit of its own
	cmd.Dir = root
	out, err := cmd.Output()
	if ee, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", errors.New("go " + strings.Join(args, " ") + ":\n" + string(ee.Stderr))
	}
	return string(out), err
}

// listed returns the packages of the module, or ends the test.
func listed(t *testing.T) []goPackage {
	t.Helper()
	all, err := packages()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// file is one file of the repository.
type file struct {
	Path string // from the top, with slashes
	Text string
}

// files reads the files of the repository once, without those that .gitignore names.
// It does not ask git, so that the tests also pass in an unpacked archive.
var files = sync.OnceValues(func() ([]file, error) {
	ignored, err := ignoreRules()
	if err != nil {
		return nil, err
	}
	var all []file
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir() && (rel == ".git" || ignored(rel)):
			return fs.SkipDir
		case !d.Type().IsRegular() || ignored(rel):
			return nil
		}
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another package's test removed it meanwhile
		}
		all = append(all, file{Path: rel, Text: string(text)})
		return err
	})
	return all, err
})

// repositoryFiles returns the files of the repository, or ends the test.
func repositoryFiles(t *testing.T) []file {
	t.Helper()
	all, err := files()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// ignoreRules reads .gitignore, of whose language it understands what is used
// there: names, *.suffix, and /paths from the top.
func ignoreRules() (func(rel string) bool, error) {
	text, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		return nil, err
	}
	patterns := strings.Fields(string(text))
	return func(rel string) bool {
		for _, p := range patterns {
			name := path.Base(rel)
			if strings.HasPrefix(p, "/") {
				name = "/" + rel
			}
			if ok, err := path.Match(strings.TrimSuffix(p, "/"), name); err == nil && ok {
				return true
			}
		}
		return false
	}, nil
}
