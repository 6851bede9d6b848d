// Package all makes every kind of sink known to sink.Open. A build leaves one
// out, and the libraries that it brings, with the tag no<package>, such as nowebhook.
package all
