package dev

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Address is where a running set-up is reached, and with what.
type Address struct {
	CallbackURL string `json:"callback_url"`
	ConsoleURL  string `json:"console_url,omitempty"` // of the page that shows what comes in
	AuthKey     string `json:"auth_key"`
	Store       string `json:"store"`
	Fallback    string `json:"fallback"` // where events wait that the store does not take
	// The URLs of the topics and of the queue in front of the MNS function have the AccessKey
	// in them, and can be the values of settings such as VOD_TOPIC.
	TopicURL     string `json:"topic_url"`
	TopicJSONURL string `json:"topic_json_url"`
	QueueURL     string `json:"queue_url"`
	// MNSEndpoint is what an SDK of MNS is given, beside the AccessKey.
	MNSEndpoint     string `json:"mns_endpoint"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	// Sinks are the URLs of the sinks, which may hold passwords. WebhookSecrets are what
	// webhooks are signed with, as in VOD_WEBHOOK_SECRET.
	Sinks          []string  `json:"sinks,omitempty"`
	WebhookSecrets []string  `json:"webhook_secrets,omitempty"`
	PID            int       `json:"pid"`
	Started        time.Time `json:"started"` // in UTC
}

// URL returns where messages go by one of the ways "http", "topic", "topic-json" and
// "queue".
func (a Address) URL(via string) string {
	switch via {
	case "topic":
		return a.TopicURL
	case "topic-json":
		return a.TopicJSONURL
	case "queue":
		return a.QueueURL
	default:
		return a.CallbackURL
	}
}

// ErrNotRunning means that no vodctl dev is running, or that it cannot be found.
var ErrNotRunning = errors.New("no vodctl dev is running")

// Announce writes a down where [All] finds it: in a file for each process, that
// only the user can read. Withdraw removes it again.
func (a Address) Announce() (withdraw func(), err error) { return a.announce(serving) }

// announceStart writes down, for those who want the same address, who has taken it while
// the functions behind it are yet to be built.
func (a Address) announceStart() (withdraw func()) {
	withdraw, err := Address{CallbackURL: a.CallbackURL, PID: a.PID, Started: a.Started}.announce(starting)
	if err != nil {
		return func() {} // nobody gets to know who has taken the address
	}
	return withdraw
}

// state is what a running process does: it is at the front of the name of its record.
type state string

const (
	serving  state = "dev"
	starting state = "starting"
)

func (a Address) announce(as state) (withdraw func(), err error) {
	dir, err := CacheDir()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, as.record(strconv.Itoa(a.PID)))
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return nil, errors.Join(err, os.Remove(path+".new"))
	}
	return func() { _ = os.Remove(path) }, nil // what stays behind is swept when the process is gone
}

// record returns the name of the file of a process.
func (s state) record(pid string) string { return string(s) + "-" + pid + ".json" }

// All returns the addresses of all running vodctl devs, the last started first. It
// sweeps what those left behind that were killed.
func All() ([]Address, error) { return serving.all() }

func (s state) all() ([]Address, error) {
	dir, err := CacheDir()
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []Address
	for _, file := range files {
		if ok, _ := filepath.Match(s.record("*"), file.Name()); !ok { // the pattern is right
			continue
		}
		path := filepath.Join(dir, file.Name())
		a, err := readRecord(path)
		switch {
		case errors.Is(err, fs.ErrNotExist): // it ended meanwhile
		case err != nil:
			return nil, fmt.Errorf("%s: %w", path, err)
		case !alive(a.PID):
			_ = os.Remove(path) // another may have swept it
		default:
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b Address) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.PID, a.PID))
	})
	return found, nil
}

func readRecord(path string) (Address, error) {
	var a Address
	text, err := os.ReadFile(path) //nolint:gosec // a name of ours in the user's cache directory
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(text, &a)
}

// Running returns the address of the running vodctl dev that was started last, or
// [ErrNotRunning].
func Running() (Address, error) {
	all, err := All()
	if err != nil {
		return Address{}, fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	if len(all) == 0 {
		return Address{}, ErrNotRunning
	}
	return all[0], nil
}

// SharingStore returns the other running vodctl devs that use the same store.
func (a Address) SharingStore() []Address {
	all, err := All()
	if err != nil {
		return nil // who cannot be found cannot be named
	}
	return slices.DeleteFunc(all, func(other Address) bool { return other.PID == a.PID || other.Store != a.Store })
}

// at returns the vodctl dev in this state that has taken the port of a listening address.
func (s state) at(address string) (Address, bool) {
	_, port, err := net.SplitHostPort(address)
	all, aerr := s.all()
	if err != nil || aerr != nil {
		return Address{}, false
	}
	i := slices.IndexFunc(all, func(a Address) bool {
		u, err := url.Parse(a.CallbackURL)
		return err == nil && u.Port() == port
	})
	if i < 0 {
		return Address{}, false
	}
	return all[i], true
}
