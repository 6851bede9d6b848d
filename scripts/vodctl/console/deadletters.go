package console

import "net/http"

func (c *Console) deadLetters(*http.Request) (view, error) { return view{}, errNotFound }

func (c *Console) redriveLetters(*http.Request) (address, notice string, err error) {
	return "", "", errNotFound
}
