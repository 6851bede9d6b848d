package vod

import "time"

// ID identifies an event by its content.
type ID [16]byte

func IDOf(body []byte) (ID, error) { panic("to be written") }

func ParseID(s string) (ID, error) { panic("to be written") }

func (id ID) String() string { panic("to be written") }

func (id ID) MarshalText() ([]byte, error) { panic("to be written") }

func (id *ID) UnmarshalText(text []byte) error { panic("to be written") }

// Time returns the EventTime in the id, at a resolution of milliseconds; zero time if none.
func (id ID) Time() time.Time { panic("to be written") }
