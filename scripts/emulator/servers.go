package emulator

import (
	"slices"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// ownServer makes a server that ends with the pool.
func (p *Pool) ownServer() *mns.Server {
	s := mns.New()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.own = append(p.own, s)
	return s
}

// subscribed remembers a server with a topic that the function is subscribed to.
func (p *Pool) subscribed(s *mns.Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.topics, s) {
		p.topics = append(p.topics, s)
	}
}

// servers returns those of a list.
func (p *Pool) servers(list *[]*mns.Server) []*mns.Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(*list)
}
