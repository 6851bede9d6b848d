package dir

import "context"

// Disk and File are what Put asks of the operating system.
type (
	Disk = disk
	File = file
)

// System is the operating system itself.
type System = system

// OpenOn opens the fallback in a directory of a disk.
func OpenOn(d Disk, path string) *Fallback { return open(path, d) }

// AtOnce is how many pieces of work are under way at a time.
const AtOnce = atOnce

// Do does a piece of work as on the disk.
func (f *Fallback) Do(ctx context.Context, work func() error) error {
	_, err := do(ctx, f, func() (struct{}, error) { return struct{}{}, work() })
	return err
}

// Path returns the path of the directory.
func (f *Fallback) Path() string { return f.path }
