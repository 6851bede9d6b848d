// Package all makes every kind of store known to [store.Open]. A build leaves one
// out with the tag no<scheme>, such as nosqlite, and its libraries with it.
//
// [store.Open]: https://pkg.go.dev/github.com/vodevents/vodevents/shared/store#Open
package all
