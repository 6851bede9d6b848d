package console

// member is a member of an event's body, with what is documented about it.
type member struct {
	Path, Name string
	Depth      int
	Value      string
	Reading    string // the value as people write it, if that is something else
	Doc        string
	Known      bool
}

// members returns the members of a body, in their order.
func members([]byte) []member { return nil }
