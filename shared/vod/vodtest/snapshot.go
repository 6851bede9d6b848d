package vodtest

import (
	"strconv"
)

func snapshot(d draft, infos ...any) object {
	return object{
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"VideoId", d.id},
		{"Status", d.status()},
		{"CoverUrl", d.onSuccess(d.coverOfRun(d.run))},
		{"SnapshotInfos", d.onSuccess(array(infos))},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure(messageBadContent)},
	}
}

func snapshotCover(d draft) object { return snapshot(d, d.cover()) }

func snapshotSprite(d draft) object {
	return snapshot(d, d.cover(), d.images("SpriteSnapshot", "covers/sprite/"+d.newID("sprite image"), 2))
}

func snapshotNormal(d draft) object { return snapshot(d, d.normal(5)) }

func snapshotSpecifiedTime(d draft) object {
	o := snapshot(d, d.normal(3))
	o = setMember(o, "SubType", nil, "SpecifiedTime")
	if d.failed {
		return o
	}
	return setMember(o, "CoverUrl", nil, d.specifiedCover(d.run))
}

// snapshotSparse lacks two members that VOD's table requires and its sample omits.
func snapshotSparse(d draft) object {
	o := setMember(snapshotCover(d), "VideoId", nil, nil)
	if d.failed {
		return o
	}
	return setMember(o, "Status", nil, nil)
}

// snapshotLegacy has signed URLs that expire, as some receivers still expect.
func snapshotLegacy(d draft) object {
	if d.failed {
		return snapshot(d)
	}
	query := "?Expires=" + strconv.FormatInt(d.at.Unix()+3600, 10) + "&OSSAccessKeyId=example&Signature=example%3D"
	var urls array
	for i := range 3 {
		urls = append(urls, "http://"+originHost+"/"+d.id+"/snapshots/"+d.newID("signed image")+"-0000"+strconv.Itoa(i+1)+".jpg"+query)
	}
	o := setMember(snapshot(d), "SnapshotInfos", nil, nil)
	o = setMember(o, "CoverUrl", nil, d.coverOfRun(d.run)+query)
	return setMember(o, "Snapshots", nil, urls)
}

func (d *draft) cover() object {
	return d.images("CoverSnapshot", "covers/"+d.newID("cover image"), 8)
}

func (d *draft) normal(count int) object {
	return d.images("NormalSnapshot", d.normalPath(d.run), count)
}

func (d *draft) normalPath(run int) string {
	return "snapshots/normal/" + d.idOfRun("normal image", run)
}

// images returns one item of SnapshotInfos. The braces stand in the event as
// they do here: receivers put the number of the image there, in five digits.
func (d *draft) images(kind, path string, count int) object {
	format := d.id + "/" + path + "-{SnapshotCount}.jpg"
	return object{
		{"Status", "success"},
		{"SnapshotType", kind},
		{"SnapshotCount", count},
		{"SnapshotFormat", format},
		{"SnapshotRegular", "http://" + playHost + "/" + format},
		{"JobId", d.newID("snapshot " + kind)},
	}
}

func dynamicImage(d draft, info any) object {
	return object{
		{"Status", d.status()},
		{"VideoId", d.id},
		{"EventType", d.typ},
		{"EventTime", d.time()},
		{"JobId", d.newID("dynamic image job")},
		{"DynamicImageJobInfo", d.onSuccess(info)},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure("The animated image was not made.")},
	}
}

func dynamicImageObject(d draft) object { return dynamicImage(d, d.animation()) }
func dynamicImageString(d draft) object { return dynamicImage(d, quoted{d.animation()}) }
func dynamicImageArray(d draft) object  { return dynamicImage(d, array{d.animation()}) }

// animation has nothing but strings.
func (d *draft) animation() object {
	return object{
		{"FileSize", strconv.Itoa(d.number("animation size", 400_000, 4_000_000))},
		{"FileURL", "http://" + playHost + "/" + d.id + "/image/dynamic/" + d.newID("animation") + ".gif"},
		{"Fps", "10"},
		{"Height", "360"},
		{"JobId", d.newID("dynamic image job")},
		{"Status", "success"},
		{"Width", "640"},
	}
}
