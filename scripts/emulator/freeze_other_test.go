//go:build !linux

package emulator_test

// makeOrphan belongs to a test for Linux.
func makeOrphan(string) {}
