package vodtest

import (
	"strconv"
	"time"
)

const (
	codeBadContent    = "InvalidParameter.ResourceContentBad"
	messageBadContent = "The input media cannot be decoded."
)

func fileUpload(d draft) object {
	return object{
		{"Status", d.status()},
		{"FileUrl", d.onSuccess(d.sourceURL())},
		{"VideoId", d.id},
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"Size", d.onSuccess(d.size)},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure(messageBadContent)},
	}
}

func fileUploadNoStatus(d draft) object {
	if d.failed {
		return fileUpload(d)
	}
	return setMember(fileUpload(d), "Status", nil, nil)
}

func imageUpload(d draft) object {
	return object{
		{"Status", d.status()},
		{"FileURL", d.onSuccess("https://" + originHost + "/image/default/" + d.imageID + ".png")},
		{"AppId", "app-1000000"},
		{"EventType", d.typ},
		{"EventTime", d.colonTime()},
		{"Size", d.onSuccess(d.number("image size", 30_000, 900_000))},
		{"ImageId", d.imageID},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure(messageBadContent)},
	}
}

func imageUploadPlainTime(d draft) object {
	return setMember(imageUpload(d), "EventTime", nil, d.time())
}

func attachedUpload(d draft) object {
	return object{
		{"EventTime", d.time()},
		{"EventType", d.typ},
		{"AttachedMediaId", d.attachedID},
		{"Size", d.onSuccess(d.number("attached size", 2_000, 60_000))},
		{"FileURL", d.onSuccess("https://" + playHost + "/watermark/" + d.attachedID + ".png")},
		{"Status", d.status()},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure(messageBadContent)},
	}
}

// uploadByURL lacks its VideoId on failure, although VOD's table requires it. Another
// run tries the same URL again.
func uploadByURL(d draft) object {
	return object{
		{"Status", d.status()},
		{"EventTime", d.time()},
		{"EventType", d.typ},
		{"VideoId", d.onSuccess(d.id)},
		{"ErrorCode", d.onFailure("URLInvalidError")},
		{"ErrorMessage", d.onFailure("The source cannot be fetched.")},
		{"JobId", d.newID("upload job")},
		{"SourceURL", "http://" + sourceHost + "/in/" + d.lastingID("source")[:12] + ".mp4"},
		{"Size", d.onSuccess(strconv.Itoa(d.size))},
	}
}

func uploadStreamByURL(d draft) object {
	job := d.newID("stream upload job")
	return object{
		{"Status", d.status()},
		{"SourceURL", "https://" + sourceHost + "/streams/" + d.lastingID("stream upload job")[:12] + ".flv"},
		{"VideoId", d.id},
		{"EventType", d.typ},
		{"FileType", "Stream"},
		{"EventTime", d.time()},
		{"StreamFileURL", d.onSuccess("http://" + originHost + "/" + d.id + "/" + job + ".flv")},
		{"JobId", job},
		{"ErrorCode", d.onFailure("URLInvalidError")},
		{"ErrorMessage", d.onFailure("The source cannot be fetched.")},
	}
}

// analysis writes its numbers as text.
func analysis(d draft) object {
	return object{
		{"VideoId", d.id},
		{"Duration", d.onSuccess(decimal(d.duration).String())},
		{"Height", d.onSuccess("1080")},
		{"Width", d.onSuccess("1920")},
		{"Fps", d.onSuccess("29.97")},
		{"Bitrate", d.onSuccess(strconv.Itoa(d.bitrate))},
		{"Size", d.onSuccess(strconv.Itoa(d.size))},
		{"EventTime", d.time()},
		{"EventType", d.typ},
		{"Status", d.status()},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure(messageBadContent)},
	}
}

func analysisAudio(d draft) object {
	o := analysis(d)
	for _, picture := range []string{"Height", "Width", "Fps"} {
		o = setMember(o, picture, nil, nil)
	}
	return o
}

func analysisNumbers(d draft) object {
	o := analysis(d)
	if d.failed {
		return o
	}
	o = setMember(o, "Duration", nil, decimal(d.duration))
	o = setMember(o, "Height", nil, 1080)
	o = setMember(o, "Width", nil, 1920)
	return setMember(o, "Size", nil, d.size)
}

func produce(d draft) object {
	return object{
		{"MediaId", d.id},
		{"ProjectId", d.lastingID("project")},
		{"Status", d.status()},
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure(messageBadContent)},
	}
}

func liveRecord(d draft) object {
	return object{
		{"EventTime", d.time()},
		{"EventType", d.typ},
		{"VideoId", d.id},
		{"Status", d.status()},
		{"StreamName", d.streamName()},
		{"DomainName", liveHost},
		{"AppName", "studio"},
		{"RecordStartTime", d.before(time.Duration(d.duration)*time.Second + 9*time.Second)},
		{"RecordEndTime", d.onSuccess(d.before(9 * time.Second))},
	}
}

func liveRecordUserID(d draft) object {
	return setMember(liveRecord(d), "UserId", nil, accountID)
}

func liveCompose(d draft) object {
	return object{
		{"EventTime", d.time()},
		{"EventType", d.typ},
		{"VideoId", d.id},
		{"Status", d.status()},
		{"StreamName", d.streamName()},
		{"DomainName", liveHost},
		{"AppName", "studio"},
	}
}

func liveComposeMinimal(d draft) object { return liveCompose(d)[:4] }

// streamName returns the name of the live stream that was recorded: the same for
// all media of a seed, as a long stream becomes several.
func (d *draft) streamName() string {
	studio := draft{seed: d.seed}
	return "camera-" + strconv.Itoa(studio.number("camera", 1, 100))
}
