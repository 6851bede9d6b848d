package manifest

// Problem is one thing that is wrong in a manifest. Its text holds no value of a setting,
// since that may be a secret.
type Problem struct {
	File  string // such as s.yaml
	Where string // such as resources.mns.props.triggers[2].triggerConfig; empty if it is about the whole file
	What  string // what is wrong, and what it must be
}

// String is the problem on one line.
func (p Problem) String() string {
	if p.Where == "" {
		return p.File + ": " + p.What
	}
	return p.File + ": " + p.Where + ": " + p.What
}
