package tablestore

import (
	"crypto/rand"
	"sync"
	"time"
)

// Credentials are what requests are signed with.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // of temporary credentials only
}

// Issue returns temporary credentials, such as a function's role has. The
// instance takes them for so long, by its own clock.
func (s *Server) Issue(valid time.Duration) Credentials {
	c := Credentials{
		AccessKeyID:     "STS." + rand.Text(),
		AccessKeySecret: rand.Text(),
		SecurityToken:   "CAIS" + rand.Text() + rand.Text(),
	}
	s.keys.add(c, s.options.Now().Add(valid))
	return c
}

// Revoke makes the instance refuse an access key from now on, be it temporary or
// the owner's.
func (s *Server) Revoke(accessKeyID string) { s.keys.remove(accessKeyID) }

// keyring is the credentials that an instance takes.
type keyring struct {
	mu   sync.Mutex
	keys map[string]key
}

type key struct {
	Credentials
	expires time.Time // zero: never
}

func (k *keyring) add(c Credentials, expires time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = map[string]key{}
	}
	k.keys[c.AccessKeyID] = key{c, expires}
}

func (k *keyring) remove(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.keys, id)
}

func (k *keyring) find(id string) (key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.keys[id]
	return found, ok
}
