package manifest

import (
	"reflect"
	"slices"
	"strings"
)

// right is what a policy grants: each action on each resource. The resources are written
// as the template's Sub would have them.
type right struct {
	actions string // with spaces between
	on      []string
}

// rights are what the functions' role may do, by the resource of the template that grants
// it, and no more: the functions' own resources, by name. Where a * is left it has a
// reason.
//
// Sources: Simple Message Queue (formerly MNS), Tablestore, Object Storage Service and
// Simple Log Service, "RAM authorization"; Function Compute 3.0, "Grant Function Compute
// permissions to access other Alibaba Cloud services" (what it takes to connect to a VPC).
func rights() map[string][]right {
	const (
		mns = "acs:mns:${ALIYUN::Region}:${ALIYUN::TenantId}:"
		ots = "acs:ots:${ALIYUN::Region}:${ALIYUN::TenantId}:instance/${TablestoreInstance}"
		oss = "acs:oss:*:${ALIYUN::TenantId}:" // OSS's ARNs name no region
	)
	return map[string][]right{
		"FunctionRole": {
			{
				"mns:SendMessage mns:ReceiveMessage mns:BatchReceiveMessage mns:DeleteMessage mns:BatchDeleteMessage",
				[]string{mns + "/queues/${Name}-fallback/messages", mns + "/queues/${Name}-dead-letters/messages"},
			},
			{"mns:GetQueueAttributes", []string{mns + "/queues/${Name}-fallback", mns + "/queues/${Name}-dead-letters"}},
			{"mns:PublishMessage", []string{mns + "/topics/${Name}/messages"}},
			{"mns:GetTopicAttributes", []string{mns + "/topics/${Name}"}},
			{"log:PostLogStoreLogs", []string{"acs:log:${ALIYUN::Region}:${ALIYUN::TenantId}:project/${Name}-${ALIYUN::TenantId}/logstore/functions"}},
		},
		"TablestorePolicy": {
			{"ots:BatchWriteRow ots:BatchGetRow ots:GetRange ots:CreateTable", []string{ots, ots + "/table/vod_*"}}, // the tables are many, and ours by prefix
		},
		"FallbackBucketPolicy": {
			{"oss:PutObject oss:GetObject oss:DeleteObject", []string{oss + "${FallbackBucket}/${FallbackPrefix}/*"}},
			{"oss:ListObjects", []string{oss + "${FallbackBucket}"}},
		},
		"SinkBucketPolicy": {
			{"oss:PutObject", []string{oss + "${SinkBucket}/${SinkPrefix}/*"}},
			{"oss:GetBucketVersioning", []string{oss + "${SinkBucket}"}},
		},
		"SinkQueuePolicy": {
			{"mns:SendMessage mns:BatchSendMessage", []string{mns + "/queues/${SinkQueue}/messages"}},
			{"mns:GetQueueAttributes", []string{mns + "/queues/${SinkQueue}"}},
		},
		"VpcPolicy": {{
			"vpc:DescribeVSwitchAttributes ecs:CreateNetworkInterface ecs:DeleteNetworkInterface ecs:DescribeNetworkInterfaces " +
				"ecs:CreateNetworkInterfacePermission ecs:DescribeNetworkInterfacePermissions ecs:DeleteNetworkInterfacePermission",
			[]string{"*"}, // an interface has no name before it is made
		}},
	}
}

// rights checks that the functions' role may do all that the functions need, and nothing
// else, and that nobody else may be it.
func (c *checker) rights(e *evaluation, r *ROS) {
	for _, one := range r.made {
		where := "Resources." + one.name + ".Properties"
		switch one.kind {
		case "ALIYUN::RAM::Role":
			c.role(where, one)
		case "ALIYUN::RAM::ManagedPolicy":
			if roles := texts(one.properties["Roles"]); !slices.Equal(roles, []string{r.roleName()}) {
				c.report(where+".Roles", "must be the functions' role alone")
			}
		default:
			continue
		}
		var needed []Grant
		for _, right := range rights()[one.name] {
			for action := range strings.FieldsSeq(right.actions) {
				for _, on := range right.on {
					needed = append(needed, Grant{action, asText(e.substitute(&node{scalar: on}))})
				}
			}
		}
		granted := one.grants()
		for _, g := range granted {
			if !slices.Contains(needed, g) {
				c.report(where, "grants "+g.Action+" on "+g.Resource+", which nobody needs")
			}
		}
		for _, g := range needed {
			if !slices.Contains(granted, g) {
				c.report(where, "must grant "+g.Action+" on "+g.Resource)
			}
		}
	}
}

// role checks who may be a role, and what it has besides its own policy.
func (c *checker) role(where string, one resource) {
	service, attached, shared := "fc.aliyuncs.com", any(nil), any(nil)
	if one.name == "NotificationRole" { // which is the account's, and may be there
		service, shared = "mns.aliyuncs.com", true
		attached = map[string]any{"System": []any{"AliyunMNSNotificationRolePolicy"}}
	}
	trust := map[string]any{"Version": "1", "Statement": []any{map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": []any{service}},
	}}}
	p := one.properties
	if !reflect.DeepEqual(p["AssumeRolePolicyDocument"], any(trust)) {
		c.report(where+".AssumeRolePolicyDocument", "must let "+service+", and nobody else, be the role")
	}
	if !reflect.DeepEqual(p["PolicyAttachments"], attached) {
		c.report(where+".PolicyAttachments", "must be AliyunMNSNotificationRolePolicy for NotificationRole, and nothing else")
	}
	if p["IgnoreExisting"] != shared {
		c.report(where+".IgnoreExisting", "must be true for NotificationRole, which may be there, and else be left out")
	}
}

// grants returns what the policies in a resource allow, one by one.
func (one resource) grants() []Grant {
	documents := []any{one.properties["PolicyDocument"]} // of a policy
	for _, policy := range listOf(one.properties["Policies"]) {
		documents = append(documents, mapOf(policy)["PolicyDocument"])
	}
	var all []Grant
	for _, document := range documents {
		for _, statement := range listOf(mapOf(document)["Statement"]) {
			s := mapOf(statement)
			if s["Effect"] != "Allow" || s["Condition"] != nil {
				continue
			}
			for _, action := range listOf(s["Action"]) {
				for _, on := range listOf(s["Resource"]) {
					all = append(all, Grant{asText(action), asText(on)})
				}
			}
		}
	}
	return all
}
