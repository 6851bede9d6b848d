package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// factGroup is a card with what is known about one side of a medium.
type factGroup struct {
	Name, Title string
	Pairs       []pair
}

// pair is a value with its name.
type pair struct {
	Name, Value string
	Bad         bool
	Copy        bool   // it is worth copying, such as a URL
	Medium      string // the value is about this other medium
	// Fact is where it comes from; nil if that stands at a pair before.
	Fact *media.Fact
}

// detail is the Data of facts that pairs are made of, whatever their facet.
type detail struct {
	FileURL  string  `json:"FileUrl"`
	Size     int64   `json:"Size"`
	AppID    string  `json:"AppId"`
	Width    int64   `json:"Width"`
	Height   int64   `json:"Height"`
	Duration float64 `json:"Duration"`
	Bitrate  string  `json:"Bitrate"`
	Fps      string  `json:"Fps"`

	JobID           string    `json:"JobId"`
	SourceURL       string    `json:"SourceURL"`
	ProjectID       string    `json:"ProjectId"`
	StreamName      string    `json:"StreamName"`
	DomainName      string    `json:"DomainName"`
	AppName         string    `json:"AppName"`
	RecordStartTime time.Time `json:"RecordStartTime"`
	RecordEndTime   time.Time `json:"RecordEndTime"`

	Auditor           string    `json:"Auditor"`
	Reason            string    `json:"Reason"`
	TriggerBy         string    `json:"TriggerBy"`
	RestoreExpiration time.Time `json:"RestoreExpiration"`
	TaskType          string    `json:"TaskType"`
	SuccessPlayURLs   []string  `json:"SuccessPlayUrls"`
	CreateTime        time.Time `json:"CreateTime"`
	FinishTime        time.Time `json:"FinishTime"`
	Streams           int       `json:"Streams"`
	Failed            int       `json:"Failed"`
	ErrorCode         string    `json:"ErrorCode"`
	ErrorMessage      string    `json:"ErrorMessage"`
}

// groupsOf returns all that is known about a medium and stands in no table.
func groupsOf(s factSet, now time.Time) []factGroup {
	groups := []factGroup{
		{Name: "description", Title: "Description"},
		{Name: "source", Title: "Source file"},
		{Name: "origin", Title: "Where it comes from"},
		{Name: "review", Title: "Review"},
		{Name: "found", Title: "Found by a machine"},
		{Name: "storage", Title: "Storage"},
		{Name: "work", Title: "Processing"},
		{Name: "failures", Title: "Attempts that failed"},
		{Name: "other", Title: "Other"},
	}
	for _, facet := range slices.SortedFunc(maps.Keys(s), byOrder) {
		f := s[facet]
		name, pairs := pairsOf(f, now)
		for i := range pairs {
			pairs[i].Bad = pairs[i].Bad || f.Status == vod.Failed
		}
		if len(pairs) > 0 {
			pairs[0].Fact = &f
		}
		for i := range groups {
			if groups[i].Name == name {
				groups[i].Pairs = append(groups[i].Pairs, pairs...)
			}
		}
	}
	for i := range groups {
		if g := &groups[i]; len(g.Pairs) > manyPairs {
			rest := pair{Name: "…", Value: fmt.Sprintf("%d more", len(g.Pairs)-manyPairs)}
			g.Pairs = append(g.Pairs[:manyPairs], rest)
		}
	}
	return groups
}

// manyPairs is how many values a group shows.
const manyPairs = 40

// byOrder has the title first, and else the order of the alphabet.
func byOrder(a, b string) int {
	first := func(s string) int { return slices.Index([]string{media.FacetBase + "Title", media.FacetSource}, s) }
	return cmp.Or(cmp.Compare(first(b), first(a)), strings.Compare(a, b))
}

// pairsOf returns what a fact says, and the group that it belongs to; none if that
// stands in a table.
func pairsOf(f media.Fact, now time.Time) (group string, pairs []pair) {
	var d detail
	if len(f.Data) > 0 {
		_ = json.Unmarshal(f.Data, &d) // what cannot be read is not shown
	}
	kind, rest, _ := strings.Cut(f.Facet, "/")
	switch kind + "/" {
	case media.FacetBase:
		return "description", []pair{{Name: baseName(rest), Value: cmp.Or(f.Value, "–"), Copy: rest == "CoverURL" && f.Value != ""}}
	case media.FacetStorage:
		return "storage", filled(pair{Name: cmp.Or(firstUpper(scopeWord(rest)), "All files"), Value: strings.Join(some(f.Value, triggerWord(d.TriggerBy)), " · ")})
	case media.FacetRefresh:
		return "work", filled(pair{Name: "CDN " + cmp.Or(clip(f.Value, shortText), "refresh"), Value: cmp.Or(failureText(d), counted(len(d.SuccessPlayURLs), "URL", "URLs"), outcomeWord(f.Status))})
	case media.FacetWorkflow:
		return "work", filled(pair{Name: "Workflow", Value: strings.Join(some(clip(f.Value, shortText), outcomeWord(f.Status), between(d.CreateTime, d.FinishTime)), " · ")})
	case media.FacetFailure:
		return "failures", []pair{{Name: clip(rest, shortText), Value: cmp.Or(failureText(d), "VOD does not say why"), Bad: true}}
	case media.FacetStream, media.FacetSnapshot, media.FacetDynamicImage:
		return "", nil
	}
	switch f.Facet {
	case media.FacetSource:
		if f.Rank >= deletion {
			return "source", []pair{{Name: "File", Value: "deleted"}}
		}
		return "source", filled(pair{Name: "File", Value: d.FileURL, Copy: true}, pair{Name: "Size", Value: size(d.Size)}, pair{Name: "Application", Value: d.AppID})
	case media.FacetAnalysis:
		return "source", analysisPairs(d)
	case media.FacetPull, media.FacetProduce, media.FacetLiveRecord, media.FacetLiveCompose:
		return "origin", originPairs(f, d)
	case media.FacetTranscode:
		return "work", filled(pair{Name: "Transcoding", Value: cmp.Or(failureText(d), transcodeText(d), outcomeWord(f.Status))})
	case media.FacetStreams:
		return "work", []pair{{Name: "Renditions", Value: "All older ones were deleted."}}
	case media.FacetCover:
		return "description", filled(pair{Name: "Cover by VOD", Value: f.Value, Copy: true})
	case media.FacetAudit:
		return "review", filled(pair{Name: "Reviewer", Value: strings.Join(some(f.Value, named("by", d.Auditor)), " · "), Bad: f.Value == "Blocked"}, pair{Name: "Reason", Value: d.Reason})
	case media.FacetAIAudit, media.FacetAITag, media.FacetAIDNA:
		return foundPairs(f)
	case media.FacetRestore:
		return "storage", restorePairs(d.RestoreExpiration, now)
	case media.FacetLife:
		return "description", []pair{{Name: "Record", Value: f.Value}}
	default:
		return "other", filled(pair{Name: clip(f.Facet, shortText), Value: cmp.Or(f.Value, clip(string(f.Data), longText))})
	}
}

// filled returns the pairs that have a value.
func filled(pairs ...pair) []pair {
	return slices.DeleteFunc(pairs, func(p pair) bool { return strings.TrimSpace(p.Value) == "" })
}

func failureText(d detail) string { return strings.TrimSpace(d.ErrorCode + " " + d.ErrorMessage) }

func transcodeText(d detail) string {
	if d.Streams == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d renditions succeeded", d.Streams-d.Failed, d.Streams)
}

// baseName returns what a member of a description is called.
func baseName(member string) string {
	switch member {
	case "CateId":
		return "Category"
	case "CoverURL":
		return "Cover"
	default:
		return clip(member, shortText)
	}
}

func firstUpper(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func analysisPairs(d detail) []pair {
	if text := failureText(d); text != "" {
		return []pair{{Name: "Analysis", Value: text}}
	}
	return filled(pair{Name: "Length", Value: length(d.Duration)}, pair{Name: "Picture", Value: picture(d.Width, d.Height)},
		pair{Name: "Frames", Value: perSecond(d.Fps)}, pair{Name: "Data rate", Value: kilobits(d.Bitrate)})
}

func originPairs(f media.Fact, d detail) []pair {
	live := strings.Join(some(d.DomainName, d.AppName, d.StreamName), "/")
	recorded := ""
	if !d.RecordStartTime.IsZero() {
		recorded = strings.Join(some(d.RecordStartTime.UTC().Format("2006-01-02 15:04:05 UTC"), between(d.RecordStartTime, d.RecordEndTime)), ", ")
	}
	name := map[string]string{
		media.FacetPull: "Pull from a URL", media.FacetProduce: "Editing project",
		media.FacetLiveRecord: "Recording of", media.FacetLiveCompose: "Composed of recordings of",
	}[f.Facet]
	return filled(
		pair{Name: name, Value: cmp.Or(d.SourceURL, d.ProjectID, live, outcomeWord(f.Status)), Copy: d.SourceURL != ""},
		pair{Name: "Recorded", Value: recorded}, pair{Name: "Size", Value: size(d.Size)}, pair{Name: "Failed", Value: failureText(d)},
	)
}

func restorePairs(end, now time.Time) []pair {
	if end.IsZero() {
		return []pair{{Name: "Restored", Value: "it is not known until when"}}
	}
	text := until(end)
	if end.Before(now) {
		text = "was " + text
	}
	return []pair{{Name: "Restored", Value: text}}
}

// foundPairs returns what automated review, tagging and comparison found.
func foundPairs(f media.Fact) (group string, pairs []pair) {
	var found struct {
		Data struct {
			vod.AuditResult
			vod.VideoTags
			vod.MediaDNA
		} `json:"Data"`
	}
	_ = json.Unmarshal(f.Data, &found) // what cannot be read is not shown
	d := found.Data
	switch f.Facet {
	case media.FacetAIAudit:
		return "review", filled(
			pair{Name: "Automated review", Value: d.Suggestion, Bad: strings.EqualFold(d.Suggestion, "block")},
			pair{Name: "Labels", Value: list(d.Label)}, pair{Name: "Not fine", Value: list(d.AbnormalModules)},
		)
	case media.FacetAITag:
		return "found", filled(
			pair{Name: "Keywords", Value: tagsText(d.Keyword)}, pair{Name: "Persons", Value: tagsText(d.Person)},
			pair{Name: "Places", Value: tagsText(d.Location)}, pair{Name: "Times", Value: tagsText(d.Time)},
			pair{Name: "Categories", Value: tagsText(d.Category)},
		)
	default:
		if len(d.VideoDNA) == 0 {
			return "found", []pair{{Name: "Similar media", Value: "none"}}
		}
		for i, m := range d.VideoDNA {
			if i == manySimilar {
				break
			}
			pairs = append(pairs, pair{Name: "Similar to", Value: percent(m.Similarity), Medium: m.PrimaryKey})
		}
		return "found", pairs
	}
}

// manySimilar is how many media are shown that are like another.
const manySimilar = 10

func tagsText(tags []vod.VideoTag) string {
	var names []string
	for _, t := range tags {
		names = append(names, clip(t.Tag, shortText))
	}
	return strings.Join(some(names...), ", ")
}
