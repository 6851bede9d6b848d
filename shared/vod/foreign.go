package vod

import "strings"

// fromIMS is how events of Intelligent Media Services are told.
const fromIMS = "MessageBody is how Intelligent Media Services sends it"

// foreign returns the name of the product that sent an event of type t, or "" if
// it may be VOD. Other products use VOD's names of types; their events differ in
// where the medium is. Whatever could be VOD's, now or later, passes.
//
// Sources: Intelligent Media Services, event list; Tencent Cloud VOD, event
// notification overview; Volcengine VOD, event notifications (read 2026-11-23).
func foreign(root node, t Type) string {
	body, ok := root.member("MessageBody")
	if ok && body.kind() != kindNull && documented(t) {
		return fromIMS // no documented event of VOD has one
	}
	if root.has("VideoId", "MediaId", "ImageId", "AttachedMediaId", "JobId", "TaskId") {
		return "" // only VOD has the medium or the job at the top
	}
	if ok {
		if _, isObject := body.object(); isObject {
			return fromIMS
		}
	}
	switch t {
	case TypeAIMediaAuditComplete, TypeAIVideoTagComplete, TypeAIMediaDNAComplete: // VOD's own have Data
	default:
		if data, ok := root.member("Data"); ok && documented(t) && data.unwrap().kind() == kindObject {
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
