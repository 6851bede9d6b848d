package dir

import "context"

// AtOnce is how many pieces of work are under way at a time.
const AtOnce = atOnce

// Do does a piece of work as on the disk.
func (f *Fallback) Do(ctx context.Context, work func() error) error {
	_, err := do(ctx, f, func() (struct{}, error) { return struct{}{}, work() })
	return err
}

// Path returns the path of the directory.
func (f *Fallback) Path() string { return f.path }
