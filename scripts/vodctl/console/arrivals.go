package console

import "net/http"

func (c *Console) arrivals(*http.Request) (view, error) { return view{}, errNotFound }
