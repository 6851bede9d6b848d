// Package all makes every kind of fallback known to fallback.Open. A build leaves one
// out, and the libraries that it brings, with the tag no<package>, such as nodir; the
// sink of that name, if there is one, goes with it.
package all
