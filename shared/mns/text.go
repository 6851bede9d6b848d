package mns

import (
	"encoding/base64"
	"errors"
	"unicode/utf8"
)

// MaxText is how many bytes a message may have as it is sent, and a batch of them
// together (Simple Message Queue, "Limits" and "BatchSendMessage", read 2026-11-23).
const MaxText = 64 << 10

// Errors about a message.
var (
	// ErrTooLarge means that a message has over [MaxText] bytes as it would be sent,
	// which is after [EncodeBody]. Nothing was sent of it.
	ErrTooLarge = errors.New("over 65,536 bytes as sent, which is all that a message may have")
	// ErrNotSent means that a message of several was not tried, since one before it
	// failed for a reason that all share, or the time was up.
	ErrNotSent = errors.New("not sent")
	// ErrEmpty means that a message has no body.
	ErrEmpty = errors.New("the service takes no empty messages")
	// ErrAltered means that the service has a message, but not as it was sent.
	ErrAltered = errors.New("the service has it, but not as it was sent: the MD5 in its answer is another")
)

// AboutMessage reports whether err is about the one message that was sent, rather than
// about the queue or topic, the rights, or the way there, which all messages share.
func AboutMessage(err error) bool {
	return errors.Is(err, ErrTooLarge) || errors.Is(err, ErrEmpty) || errors.Is(err, ErrAltered) || refused(err)
}

// EncodeBody returns the text as which [Queue] and [Topic] send a body: the body
// itself if XML gives back identical bytes, or else its Base64 (standard alphabet,
// padded, in one line). XML cannot carry what is not UTF-8, control characters
// other than tab and line feed, U+FFFE and U+FFFF; it turns a carriage return into
// a line feed.
//
// [RestoreBody] undoes it for every body: a body that is text but would be taken for
// Base64 is sent in Base64, too. A consumer of events that are JSON objects need not
// care: what begins with a brace is the object, anything else is Base64 of it, see
// [DecodeBody].
func EncodeBody(body []byte) string {
	if needsBase64(body) {
		return base64.StdEncoding.EncodeToString(body)
	}
	return string(body)
}

// RestoreBody returns the body that [EncodeBody] made the text of. A text of another
// sender is left as it is, unless it is Base64 of what XML cannot carry.
func RestoreBody(text string) []byte {
	if body, ok := encodedBody([]byte(text)); ok {
		return body
	}
	return []byte(text)
}

func needsBase64(body []byte) bool {
	if !survivesXML(body) {
		return true
	}
	_, ok := encodedBody(body)
	return ok
}

// encodedBody returns the body that is sent as text because it needs Base64.
func encodedBody(text []byte) ([]byte, bool) {
	if len(text) == 0 {
		return nil, false
	}
	body, err := base64.StdEncoding.Strict().DecodeString(string(text))
	if err != nil || base64.StdEncoding.EncodedLen(len(body)) != len(text) { // it skips over line breaks
		return nil, false
	}
	return body, needsBase64(body)
}

// survivesXML says whether body comes out of an XML document as it was put in.
//
// Source: XML 1.0, 2.2 "Characters" and 2.11 "End-of-Line Handling".
func survivesXML(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	for _, r := range string(body) {
		if r < ' ' && r != '\t' && r != '\n' || r == '\uFFFE' || r == '\uFFFF' {
			return false
		}
	}
	return true
}

// textOf returns the text as which a body is sent, or why it cannot be.
func textOf(body []byte) (string, error) {
	if len(body) == 0 {
		return "", ErrEmpty
	}
	if len(body) > MaxText {
		return "", ErrTooLarge
	}
	text := EncodeBody(body)
	if len(text) > MaxText {
		return "", ErrTooLarge
	}
	return text, nil
}
