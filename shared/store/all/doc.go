// Package all makes every kind of store known to store.Open. A build leaves one
// out, and the libraries that it brings, with the tag no<scheme>, such as nosqlite.
package all
