package manifest

import (
	"regexp"
	"strings"
)

// rights are the actions that a role may be given, with what they may be given on: the
// functions' own resources, by name. Where a * is left it has a reason.
func rights() map[string]*regexp.Regexp {
	const place = `[a-z0-9-]+:\d+:`
	messages := regexp.MustCompile(`^acs:mns:` + place + `/queues/[A-Za-z0-9-]+/messages$`)
	tables := regexp.MustCompile(`^acs:ots:` + place + `instance/[A-Za-z0-9-]+(/table/vod_\*)?$`) // the tables are many, and ours by prefix
	objects := regexp.MustCompile(`^acs:oss:\*:\d+:[a-z0-9-]+/[^*]+/\*$`)                         // objects under a prefix; OSS's ARNs name no region
	bucket := regexp.MustCompile(`^acs:oss:\*:\d+:[a-z0-9-]+$`)
	everything := regexp.MustCompile(`^\*$`) // an interface has no name before it is made
	return map[string]*regexp.Regexp{
		"mns:SendMessage":                         messages,
		"mns:BatchSendMessage":                    messages,
		"mns:ReceiveMessage":                      messages,
		"mns:BatchReceiveMessage":                 messages,
		"mns:DeleteMessage":                       messages,
		"mns:BatchDeleteMessage":                  messages,
		"mns:GetQueueAttributes":                  regexp.MustCompile(`^acs:mns:` + place + `/queues/[A-Za-z0-9-]+$`),
		"mns:PublishMessage":                      regexp.MustCompile(`^acs:mns:` + place + `/topics/[A-Za-z0-9-]+/messages$`),
		"log:PostLogStoreLogs":                    regexp.MustCompile(`^acs:log:` + place + `project/[a-z0-9-]+/logstore/[a-z0-9_-]+$`),
		"ots:BatchWriteRow":                       tables,
		"ots:BatchGetRow":                         tables,
		"ots:GetRange":                            tables,
		"ots:CreateTable":                         tables,
		"oss:PutObject":                           objects,
		"oss:GetObject":                           objects,
		"oss:DeleteObject":                        objects,
		"oss:ListObjects":                         bucket,
		"oss:GetBucketVersioning":                 bucket,
		"vpc:DescribeVSwitchAttributes":           everything,
		"ecs:CreateNetworkInterface":              everything,
		"ecs:DeleteNetworkInterface":              everything,
		"ecs:DescribeNetworkInterfaces":           everything,
		"ecs:CreateNetworkInterfacePermission":    everything,
		"ecs:DescribeNetworkInterfacePermissions": everything,
		"ecs:DeleteNetworkInterfacePermission":    everything,
	}
}

// rights checks that the functions' role may do nothing that it does not need.
func (c *checker) rights(r *ROS) {
	for _, one := range r.made {
		var documents []any
		switch one.kind {
		case "ALIYUN::RAM::Role":
			for _, policy := range listOf(one.properties["Policies"]) {
				documents = append(documents, mapOf(policy)["PolicyDocument"])
			}
		case "ALIYUN::RAM::ManagedPolicy":
			documents = append(documents, one.properties["PolicyDocument"])
		}
		where := "Resources." + one.name + ".Properties"
		for _, document := range documents {
			for _, g := range grants(document) {
				switch on, ok := c.known[g.Action]; {
				case strings.Contains(g.Action, "*"):
					c.report(where, "grants "+g.Action+": name the actions")
				case !ok:
					c.report(where, "grants "+g.Action+", which the functions do not need")
				case !on.MatchString(g.Resource):
					c.report(where, "grants "+g.Action+" on what it is not for, or on more than it needs: "+g.Resource)
				}
			}
		}
	}
}
