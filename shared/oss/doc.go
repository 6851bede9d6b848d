// Package oss is a small client of Alibaba Cloud's Object Storage Service: it puts,
// reads, lists and deletes the objects below a prefix of a bucket, with the credentials
// of the invocation. It wraps the official SDK, whose errors quote requests, signatures
// and answers; those of this package hold no secret, see [Error].
//
// Sources: Object Storage Service, API reference, PutObject, GetObject, ListObjectsV2,
// DeleteObject and GetBucketVersioning; object naming conventions (read 2026-11-23).
package oss
