package emulator

// Renew has new instances serve what comes in from now on, as the platform does when the
// function has got new code, and does not wait for those that are there. They get no other
// event, need no place any more ([Function].Instances does not count them), and end like
// those of [Pool.Recycle], but not before all that they have in hand is answered or has
// outlived its time. Until then [Pool.Instances] lists them as [Retired].
func (p *Pool) Renew() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return // all end
	}
	p.retire()
	for _, i := range p.instances {
		p.goroutines.Go(func() {
			<-i.unheld
			i.end()
		})
	}
	p.leaving = append(p.leaving, p.instances...)
	p.instances = nil
	p.nextInLine() // and who starts a new one sees to the rest of the line
}
