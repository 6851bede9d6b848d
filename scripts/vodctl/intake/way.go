package intake

import "github.com/vodevents/vodevents/shared/store"

// Way says for people how something came in.
func Way(s store.Source) string {
	switch s {
	case store.SourceHTTP:
		return "HTTP"
	case store.SourceTopic:
		return "topic"
	case store.SourceQueue:
		return "queue"
	default:
		return string(s)
	}
}
