package dev

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// sourcePackage is what the go command says about a package.
type sourcePackage struct {
	ImportPath string   `json:"ImportPath"`
	Dir        string   `json:"Dir"` // empty if the package is not there
	EmbedFiles []string `json:"EmbedFiles"`
	Module     *struct {
		Replace *struct {
			Version string `json:"Version"`
		} `json:"Replace"`
	} `json:"Module"`
}

// ours reports whether the source of a package is where somebody may edit it: in the
// module at root, or in a directory that stands for another one. Of a directory whose only
// file is away for a moment, as while version control changes files, the go command does
// not know the module.
func (p *sourcePackage) ours(root string) bool {
	if p.Dir == "" {
		return false
	}
	if below, err := filepath.Rel(root, p.Dir); err == nil && filepath.IsLocal(below) {
		return true
	}
	return p.Module != nil && p.Module.Replace != nil && p.Module.Replace.Version == ""
}

// source returns the files that the functions of the module at root are made from: those
// in Go, those that are embedded, go.mod and go.sum. Packages that are missing, or that
// cannot be compiled at the moment, count as well.
func source(ctx context.Context, root string) (places, error) {
	args := []string{"list", "-e", "-deps", "-json=ImportPath,Dir,EmbedFiles,Module"}
	cmd := exec.CommandContext(ctx, "go", append(args, functionPackages()...)...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages of the functions: %w", err)
	}
	found := places{}
	found.add(root, "go.mod", "go.sum")
	for _, function := range functionPackages() {
		found.add(filepath.Join(root, filepath.FromSlash(function)), goFiles)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p sourcePackage
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, fmt.Errorf("list the packages of the functions: %w", err)
		}
		if below, ok := strings.CutPrefix(p.ImportPath, module+"/"); ok && p.Dir == "" {
			found.add(filepath.Join(root, filepath.FromSlash(below)), goFiles) // it may come
		}
		if !p.ours(root) {
			continue
		}
		found.add(p.Dir, goFiles)
		for _, name := range p.EmbedFiles {
			// Others of its kind may be embedded, too, as soon as they are there.
			path := filepath.Join(p.Dir, name)
			found.add(filepath.Dir(path), "*"+filepath.Ext(path))
		}
	}
}

// add adds patterns of names of files in a directory.
func (p places) add(dir string, patterns ...string) {
	for _, pattern := range patterns {
		if !slices.Contains(p[dir], pattern) {
			p[dir] = append(p[dir], pattern)
		}
	}
}
