package console

import "net/http"

func (c *Console) sink(*http.Request) (view, error) { return view{}, errNotFound }

func (c *Console) hasten(*http.Request) (address, notice string, err error) { return "", "", errNotFound }
