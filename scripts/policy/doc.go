// Package policy holds what this repository promises about itself: who imports
// whom, which dependencies there are and why, what may be left out of a build,
// and that the README says what the code does. It has tests only, so that
// go test ./... checks the promises.
package policy
