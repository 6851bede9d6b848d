package tablestore

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"

	"github.com/vodevents/vodevents/shared/media"
)

const (
	// maxKey and maxValue are how long a column may be that is part of a key, and any
	// other, in bytes. Source: Tablestore, "Limits of the wide column model" (read
	// 2026-11-23).
	maxKey   = 1 << 10
	maxValue = 2 << 20
	// plainFacts is up to which length facts are stored as text that people can read,
	// in bytes.
	plainFacts = 256 << 10
	// maxFacts is how long facts may be before they are compressed, in bytes. It
	// bounds what reading them takes.
	maxFacts = 64 << 20
)

// packFacts returns facts as the value of a column: JSON, compressed if it is long.
func packFacts(facts []media.Fact) (any, error) {
	var plain bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false) // Data stays as it is, but for white space
	if err := e.Encode(facts); err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	plain.Truncate(plain.Len() - 1) // the end of the line
	if plain.Len() <= plainFacts {
		return plain.String(), nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(plain.Bytes()); err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	if packed.Len() > maxValue || plain.Len() > maxFacts {
		return nil, fmt.Errorf("%d facts have %d bytes, %d compressed: a column takes %d", len(facts), plain.Len(), packed.Len(), maxValue)
	}
	return packed.Bytes(), nil
}

// unpackFacts reads what packFacts wrote; nothing holds none.
func unpackFacts(column any) ([]media.Fact, error) {
	var plain []byte
	switch v := column.(type) {
	case nil:
		return nil, nil
	case string:
		plain = []byte(v)
	case []byte:
		z, err := gzip.NewReader(bytes.NewReader(v))
		if err != nil {
			return nil, fmt.Errorf("facts: %w", err)
		}
		if plain, err = io.ReadAll(io.LimitReader(z, maxFacts+1)); err != nil {
			return nil, fmt.Errorf("facts: %w", err)
		}
	default:
		return nil, fmt.Errorf("facts: a column of type %T", v)
	}
	var facts []media.Fact
	if err := json.Unmarshal(plain, &facts); err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	for i := range facts {
		facts[i].Time = facts[i].Time.UTC()
	}
	return facts, nil
}
