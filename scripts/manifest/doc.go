// Package manifest reads and checks the two files that describe the deployment on
// Alibaba Cloud: s.yaml, by which Serverless Devs makes the functions and their triggers,
// and template.yaml, by which ROS (Resource Orchestration Service) makes what they need.
//
// The platform's own checks come late, one at a time, or never: a misspelt key is
// ignored without a word. So the rules here are strict: what they do not know is a
// [Problem], and all problems are reported at once. Nothing here needs the network.
package manifest
