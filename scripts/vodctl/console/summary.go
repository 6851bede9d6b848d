package console

import (
	"fmt"
	"strings"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// summary says in a few words what an event says, for lists.
func summary(e store.Event) string {
	decoded, err := vod.Parse(e.Body)
	if err != nil {
		return ""
	}
	head := decoded.Head()
	if head.ErrorCode != "" {
		return strings.TrimSpace(head.ErrorCode + " " + head.ErrorMessage)
	}
	return strings.Join(words(decoded), " · ")
}

// words returns what is worth knowing of an event, the most telling first.
func words(e vod.Event) []string {
	switch e := e.(type) {
	case *vod.FileUploadComplete:
		return some(size(e.Size))
	case *vod.ImageUploadComplete:
		return some(size(e.Size))
	case *vod.AttachedMediaUploadComplete:
		return some(size(e.Size))
	case *vod.StreamTranscodeComplete:
		return some(e.Definition, e.Format, picture(e.Width, e.Height), size(e.Size))
	case *vod.TranscodeComplete:
		return some(renditions(e))
	default:
		return nil
	}
}

// some returns the words that are there.
func some(all ...string) []string {
	var found []string
	for _, w := range all {
		if w != "" {
			found = append(found, w)
		}
	}
	return found
}

func size(n int64) string {
	if n <= 0 {
		return ""
	}
	return byteSize(n)
}

func picture(width, height int64) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	return fmt.Sprintf("%d×%d", width, height)
}

func renditions(e *vod.TranscodeComplete) string {
	failed := 0
	for _, s := range e.StreamInfos {
		if s.Status.Outcome() == vod.Failed {
			failed++
		}
	}
	switch {
	case len(e.StreamInfos) == 0:
		return ""
	case failed > 0:
		return fmt.Sprintf("%d renditions, %d failed", len(e.StreamInfos), failed)
	default:
		return fmt.Sprintf("%d renditions", len(e.StreamInfos))
	}
}
