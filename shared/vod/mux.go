package vod

import (
	"context"
	"fmt"
	"reflect"
)

// Mux calls one function per type of event. The zero value is ready to use: add
// functions with [Handle], then call [Mux.Dispatch], also from several goroutines at
// once.
type Mux struct {
	// Default is called for events that no function handles, such as *[Unknown]; nil
	// means that they are ignored.
	Default func(ctx context.Context, e Event) error

	handlers map[reflect.Type]func(ctx context.Context, e Event) error
}

// Handle makes m call f for events of the type E, such as *[TranscodeComplete]. It
// panics if m has a function for E, if f is nil, or if E is an interface, for which
// there is Mux.Default.
func Handle[E Event](m *Mux, f func(ctx context.Context, e E) error) {
	t := reflect.TypeFor[E]()
	switch _, ok := m.handlers[t]; {
	case ok:
		panic(fmt.Sprintf("vod: two handlers for %s", t))
	case f == nil:
		panic(fmt.Sprintf("vod: nil handler for %s", t))
	case t.Kind() == reflect.Interface:
		panic(fmt.Sprintf("vod: handler for the interface %s: use Mux.Default", t))
	}
	if m.handlers == nil {
		m.handlers = make(map[reflect.Type]func(context.Context, Event) error)
	}
	m.handlers[t] = func(ctx context.Context, e Event) error {
		return f(ctx, e.(E)) //nolint:errcheck // Dispatch looks up by this type
	}
}

// Dispatch calls the function for e and returns its error. If there is none and no
// Default, it returns nil: an event that nobody asked for is no failure, and VOD
// would only repeat it.
func (m *Mux) Dispatch(ctx context.Context, e Event) error {
	if f, ok := m.handlers[reflect.TypeOf(e)]; ok {
		return f(ctx, e)
	}
	if m.Default != nil {
		return m.Default(ctx, e)
	}
	return nil
}
