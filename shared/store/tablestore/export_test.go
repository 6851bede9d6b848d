package tablestore

// Endpoint returns where requests go.
func (s *Store) Endpoint() string { return s.address.endpoint }

// Instance returns the name of the instance.
func (s *Store) Instance() string { return s.address.instance }

// What the tests of facts need to see.
var (
	PackFacts   = packFacts
	UnpackFacts = unpackFacts
)
