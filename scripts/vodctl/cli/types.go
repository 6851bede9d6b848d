package cli

import (
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

type typesCommand struct{}

// Help implements kong.HelpProvider.
func (typesCommand) Help() string {
	return `Lists the types of events that VOD documents, what they say, and the variants that vodctl send can make of them.

    vodctl types

With --json each type is an object with type, says and variants.`
}

// Run lists the types.
func (typesCommand) Run(a *app) error {
	t := a.table(term.Column{Title: "type"}, term.Column{Title: "says"}, term.Column{Title: "variants"})
	for _, typ := range vod.Types() {
		variants := named(vodtest.Variants(typ))
		if a.json {
			err := a.printJSON(struct {
				Type     vod.Type `json:"type"`
				Says     string   `json:"says"`
				Variants []string `json:"variants"`
			}{typ, says(typ), variants})
			if err != nil {
				return err
			}
			continue
		}
		row := []term.Cell{{Text: string(typ)}, {Text: says(typ)}}
		for _, line := range wrap(variants, variantsWidth) {
			t.Add(append(row, term.Cell{Text: line, Style: term.Dim})...)
			row = []term.Cell{{}, {}}
		}
	}
	if a.json {
		return nil
	}
	return t.Write(a.Stdout)
}

// variantsWidth keeps the table within 100 columns.
const variantsWidth = 38

// wrap joins words into lines of at most width, and at least one line.
func wrap(words []string, width int) []string {
	lines := []string{""}
	for _, w := range words {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = w
		case len(*last)+1+len(w) <= width:
			*last += " " + w
		default:
			lines = append(lines, w)
		}
	}
	return lines
}

// named returns the variants that have a name.
func named(variants []string) []string {
	names := []string{}
	for _, v := range variants {
		if v != "" {
			names = append(names, v)
		}
	}
	return names
}

// says returns what an event of the type says, in a few words.
func says(t vod.Type) string {
	switch t {
	case vod.TypeFileUploadComplete:
		return "a video is uploaded"
	case vod.TypeImageUploadComplete:
		return "an image is uploaded"
	case vod.TypeStreamTranscodeComplete:
		return "one stream is ready"
	case vod.TypeTranscodeComplete:
		return "all streams are over"
	case vod.TypeSnapshotComplete:
		return "snapshots are taken"
	case vod.TypeDynamicImageComplete:
		return "an animation is made"
	case vod.TypeAddLiveRecordVideoComplete:
		return "a live stream is recorded"
	case vod.TypeLiveRecordVideoComposeStart:
		return "a recording is composed"
	case vod.TypeUploadByURLComplete:
		return "a URL was pulled"
	case vod.TypeCreateAuditComplete:
		return "a person reviewed"
	case vod.TypeVideoAnalysisComplete:
		return "metadata are known"
	case vod.TypeUpdateMediaStorageClassComplete:
		return "the storage class changed"
	case vod.TypeRestoreMediaComplete:
		return "restored from the archive"
	case vod.TypeAttachedMediaUploadComplete:
		return "a watermark or the like"
	case vod.TypeProduceMediaComplete:
		return "an edited video is made"
	case vod.TypeDeleteMediaComplete:
		return "a medium is deleted"
	case vod.TypeMediaBaseChangeComplete:
		return "title, cover, tags changed"
	case vod.TypeSubmitMediaRefreshComplete:
		return "the CDN was told"
	case vod.TypeWorkflowTaskComplete:
		return "a workflow is over"
	case vod.TypeAIMediaAuditComplete:
		return "automated review is over"
	case vod.TypeAIVideoTagComplete:
		return "tags are found"
	case vod.TypeAIMediaDNAComplete:
		return "copies are looked for"
	default:
		return ""
	}
}
