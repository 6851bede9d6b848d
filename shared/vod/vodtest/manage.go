package vodtest

import (
	"strconv"
	"strings"
	"time"
)

func audit(verdict string) func(draft) object {
	return func(d draft) object {
		var reason any
		if verdict == "Blocked" {
			reason = "版权不清 (rights unclear)"
		}
		return object{
			{"EventType", d.typ},
			{"EventTime", d.time()},
			{"MediaId", d.id},
			{"Status", d.status()},
			{"CreationTime", d.before(time.Second)},
			{"SubType", "video"},
			{"AuditStatus", verdict},
			{"Auditor", "auditor-2"},
			{"Reason", reason},
		}
	}
}

func storageClass(scope, class, by string) func(draft) object {
	return func(d draft) object {
		return object{
			{"EventType", d.typ},
			{"EventTime", d.time()},
			{"Status", d.status()},
			{"MediaId", d.id},
			{"Scope", scope},
			{"StorageClass", class},
			{"TriggerBy", by},
			{"ErrorCode", d.onFailure("NoSuchKey")},
			{"ErrorMessage", d.onFailure("The storage class was not changed.")},
		}
	}
}

func restore(d draft) object {
	return object{
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"Status", d.status()},
		{"MediaId", d.id},
		{"RestoreExpiration", d.onSuccess(d.before(-7 * day))},
		{"ErrorCode", d.onFailure("NoSuchKey")},
		{"ErrorMessage", d.onFailure("The source file is missing.")},
	}
}

func deletion(kind, scope string) func(draft) object {
	return func(d draft) object {
		id := d.id
		switch kind {
		case "image":
			id = d.imageID
		case "attached":
			id = d.attachedID
		}
		var jobs any
		if scope == "stream" {
			var all []string
			made, renditions := d.standing(streamsOf(d.typ, scope)...)
			for _, r := range renditions {
				all = append(all, r.job(made))
			}
			jobs = strings.Join(all, ",")
		}
		return object{
			{"EventType", d.typ},
			{"EventTime", d.time()},
			{"Status", d.status()},
			{"MediaType", kind},
			{"DeleteType", scope},
			{"MediaId", id},
			{"JobIds", jobs},
			{"ErrorCode", d.onFailure("InvalidVideo.NotFound")},
			{"ErrorMessage", d.onFailure("The medium does not exist.")},
		}
	}
}

func baseChange(d draft, mode string, content object) object {
	return object{
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"Status", d.status()},
		{"MediaId", d.id},
		{"MediaType", "video"},
		{"OperateMode", mode},
		{"MediaContent", content},
	}
}

func baseCreate(d draft) object {
	now := d.description(0)
	return baseChange(d, "create", object{
		{"Title", change(nil, now.title)},
		{"CateId", change(nil, now.category)},
		{"Tags", change(nil, "demo,"+d.streamName())},
	})
}

func baseUpdate(d draft) object {
	before, now := d.description(d.edition), d.description(d.edition+1)
	return baseChange(d, "update", object{
		{"Title", change(before.title, now.title)},
		{"Description", change(before.text, now.text)},
		{"CoverURL", change(before.cover, now.cover)},
		{"CateId", change(before.category, now.category)},
	})
}

func baseDelete(d draft) object {
	before := d.description(d.edition)
	return baseChange(d, "delete", object{
		{"Title", change(before.title, nil)},
		{"CateId", change(before.category, nil)},
		{"Tags", change("demo,"+d.streamName(), nil)},
	})
}

// change returns one member of MediaContent: a string that holds JSON.
func change(from, to any) quoted {
	return quoted{object{{"OldValue", from}, {"NewValue", to}}}
}

func refresh(d draft) object {
	made, all := d.standing(streamsOf(d.typ, "")...)
	return refreshJob(d, "refresh", made, all, object{{"SliceFlag", false}, {"ResultType", "Single"}})
}

func preload(d draft) object {
	made, all := d.standing(streamsOf(d.typ, "preload")...)
	var formats, definitions []string
	for _, r := range all {
		formats, definitions = append(formats, r.format), append(definitions, r.definition)
	}
	return refreshJob(d, "Preload", made, all, object{
		{"Formats", strings.Join(formats, ",")},
		{"Definitions", strings.Join(definitions, ",")},
		{"StreamType", "video"},
		{"SliceFlag", true},
		{"SliceCount", 3},
		{"ResultType", "Multiple"},
	})
}

// refreshJob returns an event with one task for each rendition that the run of made has
// made.
func refreshJob(d draft, task string, made draft, all []rendition, policy object) object {
	var urls, ids []string
	for _, r := range all {
		if d.failed {
			break
		}
		urls = append(urls, "https://"+r.play(made))
		id := draft{seed: d.seed, id: d.newID("refresh task " + task + r.name)}
		ids = append(ids, "27"+strconv.Itoa(id.number("", 10_000_000, 99_999_999)))
	}
	return object{
		{"SuccessPlayUrls", strings.Join(urls, ",")},
		{"Status", d.status()},
		{"MediaId", d.id},
		{"FilterPolicy", quoted{policy}},
		{"TaskIds", strings.Join(ids, ",")},
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"MediaRefreshJobId", d.newID("refresh job " + task)[:16]},
		{"TaskType", task},
		{"ErrorCode", d.onFailure("PreloadQueueFull")},
		{"ErrorMessage", d.onFailure("The queue has no room.")},
	}
}

func workflow(d draft) object {
	const activity = "VideoTranslation"
	jobStatus := "Finished"
	if d.failed {
		jobStatus = "Failed"
	}
	start := stamp(d.began(5*time.Minute - 15*time.Second))
	result := object{
		{"Status", jobStatus},
		{"JobType", activity},
		{"MediaId", d.id},
		{"ModifiedTime", d.time()},
		{"UserData", quoted{object{{"VodSrc", "Workflow"}}}},
		{"CreateTime", start},
		{"JobId", d.newID("workflow job")},
	}
	return object{
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"WorkflowId", d.lastingID("workflow")},
		{"Status", d.status()},
		{"VideoId", d.id},
		{"TaskId", d.newID("workflow task")},
		{"ActivityResults", quoted{object{{activity, object{
			{"Status", d.status()},
			{"StartTime", start},
			{"EndTime", d.time()},
			{"ActivityId", activity},
			{"ActivityInstanceId", d.newID("activity instance")},
			{"Result", result},
		}}}}},
		{"TaskInput", quoted{object{{"Type", "Media"}, {"Media", d.id}, {"Title", d.title()}}}},
		{"CreateTime", start},
		{"ModifiedTime", d.time()},
		{"FinishTime", d.time()},
		{"UserId", accountID},
	}
}

func workflowNoVideo(d draft) object { return setMember(workflow(d), "VideoId", nil, nil) }
