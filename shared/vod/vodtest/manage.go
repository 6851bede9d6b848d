package vodtest

import (
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
			jobs = findRendition("").job(d) + "," + findRendition("hd").job(d)
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
	return baseChange(d, "create", object{
		{"Title", change(nil, d.title)},
		{"CateId", change(nil, d.category)},
		{"Tags", change(nil, "demo,"+d.streamName())},
	})
}

func baseUpdate(d draft) object {
	return baseChange(d, "update", object{
		{"Title", change(d.title, d.title+" (final)")},
		{"Description", change("", "第一集: \"pilot\"")},
		{"CoverURL", change(d.coverURL(), "http://"+playHost+"/image/cover/"+d.imageID+".png")},
		{"CateId", change(d.category, d.category+1)},
	})
}

func baseDelete(d draft) object {
	return baseChange(d, "delete", object{
		{"Title", change(d.title, nil)},
		{"CateId", change(d.category, nil)},
		{"Tags", change("demo,"+d.streamName(), nil)},
	})
}

// change returns one member of MediaContent: a string that holds JSON.
func change(from, to any) quoted {
	return quoted{object{{"OldValue", from}, {"NewValue", to}}}
}

func refresh(d draft) object {
	return refreshJob(d, "refresh", "https://"+findRendition("").play(d), "2719930146",
		object{{"SliceFlag", false}, {"ResultType", "Single"}})
}

func preload(d draft) object {
	urls := "https://" + findRendition("").play(d) + ",https://" + findRendition("encrypted").play(d)
	return refreshJob(d, "Preload", urls, "2719930150,2719930151", object{
		{"Formats", "mp4,m3u8"},
		{"Definitions", "SD,OD"},
		{"StreamType", "video"},
		{"SliceFlag", true},
		{"SliceCount", 3},
		{"ResultType", "Multiple"},
	})
}

func refreshJob(d draft, task, urls, ids string, policy object) object {
	if d.failed {
		urls, ids = "", ""
	}
	return object{
		{"SuccessPlayUrls", urls},
		{"Status", d.status()},
		{"MediaId", d.id},
		{"FilterPolicy", quoted{policy}},
		{"TaskIds", ids},
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
	start, end := d.after(15*time.Second), d.before(time.Second)
	result := object{
		{"Status", jobStatus},
		{"JobType", activity},
		{"MediaId", d.id},
		{"ModifiedTime", end},
		{"UserData", quoted{object{{"VodSrc", "Workflow"}}}},
		{"CreateTime", start},
		{"JobId", d.newID("workflow job")},
	}
	return object{
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"WorkflowId", d.newID("workflow")},
		{"Status", d.status()},
		{"VideoId", d.id},
		{"TaskId", d.newID("workflow task")},
		{"ActivityResults", quoted{object{{activity, object{
			{"Status", d.status()},
			{"StartTime", start},
			{"EndTime", end},
			{"ActivityId", activity},
			{"ActivityInstanceId", d.newID("activity instance")},
			{"Result", result},
		}}}}},
		{"TaskInput", quoted{object{{"Type", "Media"}, {"Media", d.id}, {"Title", d.title}}}},
		{"CreateTime", d.after(14 * time.Second)},
		{"ModifiedTime", d.time()},
		{"FinishTime", d.time()},
		{"UserId", accountID},
	}
}

func workflowNoVideo(d draft) object { return setMember(workflow(d), "VideoId", nil, nil) }
