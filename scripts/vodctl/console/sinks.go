package console

import "net/http"

func (c *Console) sinks(*http.Request) (view, error) { return view{}, errNotFound }
