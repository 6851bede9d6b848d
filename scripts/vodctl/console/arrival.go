package console

import "net/http"

func (c *Console) arrival(*http.Request) (view, error) { return view{}, errNotFound }
