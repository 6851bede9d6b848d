package console

import "net/http"

func (c *Console) deadLetter(*http.Request) (view, error) { return view{}, errNotFound }

func (c *Console) redriveLetter(*http.Request) (address, notice string, err error) {
	return "", "", errNotFound
}

func (c *Console) dropLetter(*http.Request) (address, notice string, err error) {
	return "", "", errNotFound
}

func (c *Console) letterBody(w http.ResponseWriter, r *http.Request) { c.fail(w, r, errNotFound) }
