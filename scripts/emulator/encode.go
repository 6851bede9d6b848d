package emulator

import (
	"bytes"
	"encoding/json"
)

// encode writes v as the platforms do: without the escapes for HTML that Go's
// encoder makes by default, and in one line. It panics if v cannot be encoded,
// which only a mistake in this package brings about.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("emulator: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
