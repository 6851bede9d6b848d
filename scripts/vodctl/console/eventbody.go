package console

import "net/http"

// eventBody writes the body of an event, byte for byte.
func (c *Console) eventBody(w http.ResponseWriter, r *http.Request) {
	e, err := c.findEvent(r)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="event-`+e.ID.String()+`.json"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(e.Body)
}
