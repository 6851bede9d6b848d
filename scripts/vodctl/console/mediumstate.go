package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// because says in a sentence or two why a medium is in its state, by the rules of
// [media.Fold].
func because(state media.State, s factSet) string {
	switch state {
	case media.Deleted:
		return "It was deleted as a whole" + on(s[media.FacetLife]) + "."
	case media.Blocked:
		return "A reviewer blocked it" + on(s[media.FacetAudit]) + causeOf(s[media.FacetAudit]) + "."
	case media.Archived:
		return archivedBecause(s)
	case media.Playable:
		return playableBecause(s)
	case media.Failed:
		return failedBecause(s)
	case media.Processing:
		return processingBecause(s)
	case media.Uploaded:
		return "The source file is there. Nothing is known yet of renditions of it."
	case media.Created:
		if f, ok := s[media.FacetSource]; ok && f.Rank >= deletion {
			return "Its source file was deleted" + on(f) + ", and there is no rendition."
		}
		return "VOD knows of it. No file has come yet."
	default:
		return "No event says anything about its state."
	}
}

func on(f media.Fact) string {
	if f.Time.IsZero() {
		return ""
	}
	return " on " + f.Time.UTC().Format("January 2, 2006")
}

// said is what facts say about why something is as it is.
type said struct {
	Reason       string `json:"Reason"`
	ErrorCode    string `json:"ErrorCode"`
	ErrorMessage string `json:"ErrorMessage"`
}

func saidBy(f media.Fact) said {
	var d said
	if len(f.Data) > 0 {
		_ = json.Unmarshal(f.Data, &d) // what cannot be read is not said
	}
	return d
}

// causeOf returns why, after a colon.
func causeOf(f media.Fact) string {
	d := saidBy(f)
	text := clip(cmp.Or(d.Reason, strings.TrimSpace(d.ErrorCode+" "+d.ErrorMessage)), longText)
	if text == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(text, ".")
}

func archivedBecause(s factSet) string {
	f := s[media.FacetStorage+"All"]
	return fmt.Sprintf("All of it is of storage class %s%s. It has to be restored before it can be played.", f.Value, since(f))
}

func since(f media.Fact) string {
	if f.Time.IsZero() {
		return ""
	}
	return " since " + f.Time.UTC().Format("January 2, 2006")
}

// tally counts the renditions that are there.
func tally(s factSet) (succeeded, failed, other int) {
	for facet, f := range s {
		if !strings.HasPrefix(facet, media.FacetStream) || s.gone(f) || s.outdated(f) {
			continue
		}
		switch f.Status {
		case vod.Succeeded:
			succeeded++
		case vod.Failed:
			failed++
		default:
			other++
		}
	}
	return succeeded, failed, other
}

func playableBecause(s factSet) string {
	succeeded, failed, other := tally(s)
	all := succeeded + failed + other
	text := "Transcoding succeeded."
	switch {
	case all == 1:
		text = "Its rendition succeeded."
	case all == succeeded && all > 0:
		text = fmt.Sprintf("All %d renditions succeeded.", all)
	case all > 0:
		text = fmt.Sprintf("%d of %d renditions succeeded.", succeeded, all)
	}
	if f, ok := s[media.FacetStorage+"All"]; ok && (f.Value == "Archive" || f.Value == "ColdArchive") {
		text += " It is archived, and was restored for some time."
	}
	return text
}

func failedBecause(s factSet) string {
	failed := func(facet string) (media.Fact, bool) {
		f, ok := s[facet]
		return f, ok && f.Status == vod.Failed && !s.outdated(f)
	}
	if f, is := failed(media.FacetTranscode); is {
		if a, also := failed(media.FacetAnalysis); also && causeOf(a) != "" {
			return "Transcoding failed" + causeOf(a) + "."
		}
		return "Transcoding failed in every rendition" + causeOf(f) + "."
	}
	for _, a := range []struct{ facet, text string }{
		{media.FacetAnalysis, "The source file cannot be read"},
		{media.FacetPull, "The pull from a URL failed"},
		{media.FacetProduce, "The production failed"},
		{media.FacetLiveRecord, "The recording of a live stream failed"},
		{media.FacetLiveCompose, "The recordings of a live stream could not be put together"},
		{media.FacetFailure + string(vod.TypeFileUploadComplete), "The upload failed"},
		{media.FacetFailure + string(vod.TypeImageUploadComplete), "The upload failed"},
		{media.FacetFailure + string(vod.TypeAttachedMediaUploadComplete), "The upload failed"},
	} {
		if f, is := failed(a.facet); is {
			return a.text + causeOf(f) + "."
		}
	}
	return "Something failed."
}

func processingBecause(s factSet) string {
	succeeded, failed, other := tally(s)
	switch all := succeeded + failed + other; {
	case all == 0:
		return "Its source file is being made."
	case failed == all:
		return counted(failed, "rendition", "renditions") + " failed, and transcoding is not over."
	default:
		return "Transcoding is not over."
	}
}
