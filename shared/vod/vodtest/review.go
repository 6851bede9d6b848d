package vodtest

import (
	"strconv"
)

// aiJob returns an event of automated review. Code and Message are there on
// success too.
func aiJob(d draft, eventTime, job string, data any) object {
	code, message := "0", "OK"
	if d.failed {
		code, message = codeBadContent, messageBadContent
	}
	return object{
		{"EventTime", eventTime},
		{"EventType", d.typ},
		{"JobId", d.newID(job)},
		{"MediaId", d.id},
		{"Status", d.status()},
		{"Code", code},
		{"Message", message},
		{"Data", data},
	}
}

func aiAudit(suggestion string) func(draft) object {
	return func(d draft) object {
		if d.failed {
			return aiJob(d, d.colonTime(), "audit job", object{})
		}
		return aiJob(d, d.colonTime(), "audit job", d.verdict(suggestion))
	}
}

func aiAuditShort(d draft) object {
	if d.failed {
		return aiAudit("pass")(d)
	}
	return aiJob(d, d.colonTime(), "audit job", object{{"Label", "normal"}, {"Suggestion", "pass"}})
}

func aiAuditString(d draft) object {
	if d.failed {
		return aiJob(d, d.colonTime(), "audit job", "")
	}
	return aiJob(d, d.colonTime(), "audit job", quoted{d.verdict("review")})
}

// verdict returns the Data of an automated review: of the picture, the cover
// and the title.
func (d *draft) verdict(suggestion string) object {
	label, modules, pornLabel := "porn", any("video"), "sexy"
	porn, sexy, normal := 0, 12, 9 // frames
	switch suggestion {
	case "pass":
		label, modules, pornLabel = "normal", nil, "normal"
		sexy, normal = 0, 21
	case "block":
		pornLabel = "porn"
		porn, sexy = 12, 0
	}
	return object{
		{"AbnormalModules", modules},
		{"Label", label},
		{"Suggestion", suggestion},
		{"VideoResult", object{
			{"Suggestion", suggestion},
			{"Label", label},
			{"TerrorismResult", object{
				{"Suggestion", "pass"},
				{"Label", "normal"},
				{"MaxScore", "99.9100000000"},
				{"AverageScore", "99.5047619048"},
				{"CounterList", array{counter("terrorism", 0), counter("weapon", 0), counter("normal", 21)}},
				{"TopList", array{d.frame("normal", "99.9100000000", 4005), d.frame("normal", "99.8700000000", 12005)}},
			}},
			{"PornResult", object{
				{"Suggestion", suggestion},
				{"Label", pornLabel},
				{"MaxScore", "97.3500000000"},
				{"AverageScore", "88.0833333333"},
				{"CounterList", array{counter("porn", porn), counter("sexy", sexy), counter("normal", normal)}},
				{"TopList", array{d.frame(pornLabel, "97.3500000000", 4005), d.frame(pornLabel, "91.2000000000", 30005)}},
			}},
		}},
		{"ImageResult", array{object{
			{"Suggestion", "pass"},
			{"Type", "cover"},
			{"Label", "normal"},
			{"Url", d.description(d.edition).cover},
			{"Result", array{score("porn", "97.6"), score("terrorism", "100.0")}},
		}}},
		{"TextResult", array{object{
			{"Suggestion", "pass"},
			{"Type", "title"},
			{"Score", "99.91"},
			{"Content", d.title()},
			{"Label", "normal"},
			{"Scene", "antispam"},
		}}},
	}
}

func counter(label string, count int) object { return object{{"Label", label}, {"Count", count}} }

func score(scene, value string) object {
	return object{{"Suggestion", "pass"}, {"Score", value}, {"Label", "normal"}, {"Scene", scene}}
}

// frame returns an item of a TopList; ms is where in the video it was seen.
func (d *draft) frame(label, score string, ms int) object {
	at := strconv.Itoa(ms)
	return object{
		{"Score", score},
		{"Label", label},
		{"Timestamp", at},
		{"Url", "http://" + originHost + "/audit/" + d.newID("frame "+at) + ".jpg"},
	}
}

func aiTag(d draft) object {
	if d.failed {
		return aiJob(d, d.time(), "tag job", "")
	}
	tag := func(name string, times ...any) object {
		return object{{"Tag", name}, {"Times", array(times)}}
	}
	return aiJob(d, d.time(), "tag job", quoted{object{
		{"Keyword", array{tag("码头", "1200", "8400"), tag("bicycle", "15000")}},
		{"Person", array{append(tag("韩梅梅", "9030"),
			member{"FaceUrl", "http://" + originHost + "/tag/" + d.newID("face") + ".jpg"})}},
		{"Location", array{tag("杭州", "30000")}},
		{"Time", array{tag("清晨", "42000")}},
		{"Category", array{object{{"Tag", "生活"}}}},
	}})
}

func aiDNA(d draft) object {
	if d.failed {
		return aiJob(d, d.colonTime(), "dna job", "")
	}
	span := func(start, duration string) object { return object{{"Start", start}, {"Duration", duration}} }
	o := aiJob(d, d.colonTime(), "dna job", quoted{object{{"VideoDNA", array{object{
		{"Similarity", "0.87"},
		{"PrimaryKey", d.lastingID("older video")},
		{"Detail", array{object{{"Input", span("3.0", "24.5")}, {"Duplication", span("11.5", "24.5")}}}},
	}}}}})
	return setMember(o, "CompleteTime", nil, d.time())
}

func aiDNAPlainTime(d draft) object {
	o := setMember(aiDNA(d), "EventTime", nil, d.time())
	return setMember(o, "CompleteTime", nil, nil)
}
