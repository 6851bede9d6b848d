package console

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// queryTime is how long a page may take to ask the store.
const queryTime = 20 * time.Second

// errSlow means that a page took longer than queryTime.
var errSlow = errors.New("the store took longer than 20 s")

// manyPages is how many pages are made at the same time: each may hold some 100 MB, if
// bodies are as large as they can be.
const manyPages = 4

// limited is a handler that gives up when the store takes too long.
func limited(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeoutCause(r.Context(), queryTime, errSlow)
		defer cancel()
		handler(w, r.WithContext(ctx))
	})
}

// show writes the view that a page returns, or what went wrong.
func (c *Console) show(page func(*http.Request) (view, error)) http.Handler {
	return limited(func(w http.ResponseWriter, r *http.Request) {
		made, err := c.build(r, page)
		if err != nil {
			c.fail(w, r, err)
			return
		}
		made.write(w)
	})
}

// build makes a page, when it is its turn. Who takes it slowly keeps nobody else waiting.
func (c *Console) build(r *http.Request, page func(*http.Request) (view, error)) (rendered, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-r.Context().Done():
		return rendered{}, r.Context().Err()
	}
	v, err := page(r)
	if err != nil {
		return rendered{}, err
	}
	return c.render(r, http.StatusOK, v), nil
}
