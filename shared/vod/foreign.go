package vod

import "strings"

// foreign returns the name of the product that sent an event of type t, or "" if
// it may be VOD. Other products use VOD's names of types; their events differ in
// where the medium is. Whatever could be VOD's, now or later, passes.
//
// Sources: Intelligent Media Services, event list; Tencent Cloud VOD, event
// notification overview; Volcengine VOD, event notifications (read 2026-11-23).
func foreign(root node, t Type) string {
	if root.has("VideoId", "MediaId", "ImageId", "AttachedMediaId", "JobId", "TaskId") {
		return "" // only VOD has the medium or the job at the top
	}
	if body, ok := root.member("MessageBody"); ok {
		if _, ok := body.object(); ok {
			return "MessageBody is how Intelligent Media Services sends it"
		}
	}
	if data, ok := root.member("Data"); ok && data.kind() == kindObject && documented(t) {
		switch t {
		case TypeAIMediaAuditComplete, TypeAIVideoTagComplete, TypeAIMediaDNAComplete:
			return "" // VOD's own have Data
		default:
			return "Data is how Volcengine sends it"
		}
	}
	if !root.has("EventTime", "Status") {
		for name, value := range root.members() {
			if strings.HasSuffix(name.text(), "Event") && value.kind() == kindObject {
				return "a member named after the event is how Tencent Cloud sends it"
			}
		}
	}
	return ""
}
