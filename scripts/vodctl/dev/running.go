package dev

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Address is where a running set-up is reached, and with what.
type Address struct {
	CallbackURL string `json:"callback_url"`
	AuthKey     string `json:"auth_key"`
	Store       string `json:"store"`
	TopicURL    string `json:"topic_url"`
	QueueURL    string `json:"queue_url"`
	PID         int    `json:"pid"`
}

// ErrNotRunning means that no vodctl dev is running, or that it cannot be found.
var ErrNotRunning = errors.New("no vodctl dev is running")

// Announce writes a down where [Running] finds it: in a file that only the user
// can read. The last one started is the one that is found. Withdraw removes it
// again, unless it is another's by then.
func (a Address) Announce() (withdraw func(), err error) {
	path, err := announcement()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	temporary := fmt.Sprintf("%s.%d", path, a.PID)
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(temporary, path); err != nil {
		return nil, errors.Join(err, os.Remove(temporary))
	}
	return func() {
		if now, err := Running(); err == nil && now == a {
			_ = os.Remove(path) // what stays behind is found out by those who use it
		}
	}, nil
}

// Running returns the address of the vodctl dev that was started last, or
// [ErrNotRunning].
func Running() (Address, error) {
	path, err := announcement()
	if err != nil {
		return Address{}, fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	text, err := os.ReadFile(path) //nolint:gosec // a fixed name in the user's cache directory
	if errors.Is(err, fs.ErrNotExist) {
		return Address{}, ErrNotRunning
	}
	var a Address
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return Address{}, fmt.Errorf("%w: %s: %w", ErrNotRunning, path, err)
	}
	return a, nil
}

func announcement() (string, error) {
	dir, err := CacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "dev.json"), nil
}
