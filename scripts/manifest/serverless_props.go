package manifest

// The forms of this file are those of Serverless Devs 3 and its component fc3 0.1 with
// the limits of Function Compute 3.0, narrowed to what the two functions use. Sources:
// Serverless Devs, "YAML specification"; devsapp/fc3 and devsapp/fc3-domain, src/schema.json;
// Function Compute 3.0, "Limits" (February 2026).

// checkForm holds the deployment to the keys, kinds and ranges that there are.
func (d *deployment) checkForm() {
	anything := func(*deployment, string, any) {}
	resource := func(id string) form {
		return fields(map[string]form{
			"component": like(`(devsapp/)?fc3(@[0-9.]+)?`, "fc3, which knows Function Compute 3.0"),
			"extend":    fields(map[string]form{"name": words}, "name"),
			"actions": fields(map[string]form{
				"pre-deploy": list(fields(map[string]form{
					"run":  exactly("scripts/build.sh "+id, "it makes the code"),
					"path": exactly("./", "it is run from here"),
				}, "run", "path")),
			}, "pre-deploy"),
			"props": props(id),
		}, "component", "actions", "props")
	}
	fields(map[string]form{
		"edition":   exactly("3.0.0", "the form is that of Serverless Devs 3"),
		"name":      words,
		"access":    words,
		"vars":      anything,
		"template":  anything,
		"resources": fields(map[string]form{"http": resource("http"), "mns": resource("mns")}, "http", "mns"),
	}, "edition", "name", "access", "resources")(d, "", d.root)
}

// role is the ARN of a role. fc3 makes all of it lower case, which is then another role.
func role() form {
	return like(`acs:ram::[0-9]+:role/[a-z0-9.-]{1,64}`, "the ARN of a role in lower case, acs:ram::<account>:role/<name>")
}

// label is the name of a function or trigger.
func label() form {
	return like(`[A-Za-z_][A-Za-z0-9_-]{0,127}`, "1 to 128 letters, digits, _ and -, not beginning with a digit or -")
}

// props are those of a function.
func props(id string) form {
	return fields(map[string]form{
		"region":       oneOf(regions()...),
		"functionName": label(),
		"description":  text,
		"runtime":      oneOf("go1", "custom.debian12"),
		"handler":      exactly("main", "scripts/build.sh makes that"),
		"code":         exactly("./bin/"+id+".zip", "scripts/build.sh makes that"),
		"cpu":          between(0.05, 16, 0.05), // vCPU
		"memorySize":   between(128, 32768, 64), // MB
		"diskSize":     diskSize,
		"timeout":      between(1, 86400, 1), // seconds
		"role":         role(),
		"environmentVariables": func(d *deployment, where string, v any) {
			for _, name := range sortedKeys(mapOf(v)) {
				text(d, below(where, name), mapOf(v)[name])
			}
		},
		"internetAccess": flag,
		"vpcConfig": fields(map[string]form{"vpcId": text, "vSwitchIds": list(words), "securityGroupId": text},
			"vpcId", "vSwitchIds", "securityGroupId"),
		"logConfig": fields(map[string]form{
			"project":               like(`[a-z0-9][a-z0-9-]{1,61}[a-z0-9]`, "3 to 63 lower-case letters, digits and -, as names of log projects are"),
			"logstore":              words,
			"enableRequestMetrics":  flag,
			"enableInstanceMetrics": flag,
			"logBeginRule":          exactly("None", "each line of the functions is an entry"),
		}, "project", "logstore"),
		"instanceLifecycleConfig": fields(map[string]form{
			// No initializer: where one fails, the platform answers 200.
			"preStop": fields(map[string]form{"handler": exactly("main", "it is the function's"), "timeout": between(10, 90, 1)}, "handler", "timeout"),
		}, "preStop"),
		"customRuntimeConfig": fields(map[string]form{
			"command": list(exactly("./main", "scripts/build.sh makes that")),
			"port":    exactly(9000, "the functions serve there"),
		}, "command", "port"),
		"instanceConcurrency": between(1, 200, 1),
		"asyncInvokeConfig": fields(map[string]form{
			"maxAsyncRetryAttempts":     between(1, 8, 1),
			"maxAsyncEventAgeInSeconds": between(1, 604800, 1),
			"asyncTask":                 flag,
			"destinationConfig": fields(map[string]form{
				"onFailure": fields(map[string]form{
					"destination": like(queueARN+`/messages`, "the ARN of an MNS queue and /messages, acs:mns:<region>:<account>:/queues/<name>/messages"),
				}, "destination"),
			}, "onFailure"),
		}, "maxAsyncRetryAttempts", "maxAsyncEventAgeInSeconds", "destinationConfig"),
		"concurrencyConfig": fields(map[string]form{"reservedConcurrency": between(1, 100000, 1)}, "reservedConcurrency"),
		"provisionConfig": fields(map[string]form{
			"defaultTarget":          between(0, 10000, 1),
			"alwaysAllocateCPU":      flag,
			"alwaysAllocateGPU":      flag,
			"scheduledActions":       list(words),
			"targetTrackingPolicies": list(words),
		}, "defaultTarget", "alwaysAllocateCPU", "alwaysAllocateGPU", "scheduledActions", "targetTrackingPolicies"),
		"scalingConfig": emptyOr(fields(map[string]form{"minInstances": between(1, 1000, 1)}, "minInstances")),
		"customDomain":  emptyOr(domain()),
		"triggers":      list(trigger),
	}, "region", "functionName", "runtime", "handler", "code", "cpu", "memorySize", "timeout", "role",
		"environmentVariables", "internetAccess", "logConfig", "instanceLifecycleConfig", "triggers")
}

// domain is a domain of one's own; its certificate is given by its id, since settings have
// no room for its key.
func domain() form {
	return fields(map[string]form{
		"domainName": like(`([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}`, "the name of a domain, in lower case"),
		"protocol":   oneOf("HTTPS", "HTTP,HTTPS"),
		"certConfig": fields(map[string]form{
			"certId": like(`[0-9]+`, "the id of a certificate in the Certificate Management Service, a number"),
		}, "certId"),
		"route": fields(map[string]form{
			"path":      exactly("/*", "the signature is over the whole address, and which path it has is VOD_CALLBACK_URL's to say"),
			"qualifier": exactly("LATEST", "there are no other versions"),
			"methods":   list(exactly("POST", "VOD posts")),
		}, "path", "qualifier", "methods"),
	}, "domainName", "protocol", "certConfig", "route")
}

// diskSize is in MB.
func diskSize(d *deployment, where string, v any) {
	if v != 512 && v != 10240 {
		d.wrong(where, "must be 512 or 10240")
	}
}

// regions are those of Function Compute.
func regions() []string {
	return []string{
		"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5",
		"ap-southeast-7", "cn-beijing", "cn-chengdu", "cn-hangzhou", "cn-heyuan-acdr-1", "cn-hongkong", "cn-huhehaote", "cn-qingdao",
		"cn-shanghai", "cn-shanghai-cloudspe", "cn-shanghai-finance-1", "cn-shenzhen", "cn-wulanchabu", "cn-zhangjiakou",
		"eu-central-1", "eu-west-1", "me-central-1", "us-east-1", "us-west-1",
	}
}
