// Package oss is a loopback Object Storage Service (OSS): as much of it as a client
// needs that puts, reads, lists and deletes objects, for tests and for trying things
// on a laptop. Objects are kept in memory.
//
// # What is emulated
//
//   - PutObject, with Content-MD5, x-oss-forbid-overwrite and the checksum in the
//     answer; GetObject, HeadObject, DeleteObject; ListObjectsV2 with prefix,
//     start-after, max-keys, continuation and encoding-type; GetBucketVersioning.
//   - Signatures of version 4 in the header, computed from the request as it arrived;
//     the limit of 15 minutes on its time; region and scope; the tokens of temporary
//     credentials.
//   - Versioning: while it is on, or suspended, a put ignores x-oss-forbid-overwrite
//     and makes or replaces a version, as OSS does.
//   - Permissions: an access key can be limited to some actions of RAM.
//   - Errors in OSS's XML, with code, message and request id.
//   - Faults, see [Server.SetFault].
//
// # What is not
//
// Buckets are named in the path (http://127.0.0.1:9000/bucket/key), which OSS allows
// to IP addresses alone. Everything else of OSS is answered NotImplemented: other
// operations, signatures of versions 1 and 2 and those in a query, reading and
// deleting versions, delimiters, ranges, conditions.
//
// The signature is written from OSS's documentation and checked against the values
// that the tests of the official SDK expect; it was not checked against OSS itself.
//
// Sources: Object Storage Service, API reference (PutObject, GetObject, HeadObject,
// DeleteObject, ListObjectsV2, GetBucketVersioning), "Include a V4 signature in the
// Authorization header", "HTTP status code 403" (read 2026-11-23).
package oss
