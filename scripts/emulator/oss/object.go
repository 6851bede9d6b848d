package oss

import (
	"crypto/md5" //nolint:gosec // OSS defines Content-MD5 and ETag by it.
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"hash/crc64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// bucket holds the versions of objects, the last one last. In an unversioned bucket
// there is one of each.
type bucket struct {
	versioning Versioning
	objects    map[string][]Object
	versions   int // made so far
}

type versioningConfiguration struct {
	XMLName xml.Name   `xml:"VersioningConfiguration"`
	Status  Versioning `xml:",omitempty"`
}

// maxKey is the length of the longest key in bytes.
const maxKey = 1023

func (b *bucket) put(w http.ResponseWriter, r *http.Request, key string, body []byte, now time.Time) {
	forbid := r.Header.Get("X-Oss-Forbid-Overwrite")
	sum := md5.Sum(body) //nolint:gosec // OSS defines Content-MD5 and ETag by it.
	switch claimed := r.Header.Get("Content-Md5"); {
	case len(key) > maxKey || !utf8.ValidString(key) || strings.HasPrefix(key, "/") || strings.HasPrefix(key, `\`):
		writeError(w, r, newFailure(http.StatusBadRequest, "InvalidObjectName", "The specified object is not valid."))
		return
	case claimed != "" && claimed != base64.StdEncoding.EncodeToString(sum[:]):
		writeError(w, r, newFailure(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid."))
		return
	case !slices.Contains([]string{"", "true", "false"}, forbid):
		writeError(w, r, newFailure(http.StatusBadRequest, "InvalidArgument", "The x-oss-forbid-overwrite is invalid."))
		return
	case forbid == "true" && b.versioning == Unversioned && len(b.objects[key]) > 0:
		writeError(w, r, newFailure(http.StatusConflict, "FileAlreadyExists", "The object you specified already exists and can not be overwritten."))
		return
	}
	o := Object{Key: key, ContentType: r.Header.Get("Content-Type"), Body: body, Modified: now}
	switch b.versioning {
	case Enabled:
		b.versions++
		o.VersionID = "v" + strconv.Itoa(b.versions)
	case Suspended:
		o.VersionID = "null"
	case Unversioned:
	}
	others := slices.DeleteFunc(b.objects[key], func(old Object) bool {
		return b.versioning == Unversioned || old.VersionID == "null" && o.VersionID == "null"
	})
	b.objects[key] = append(others, o)
	o.describe(w.Header())
	w.Header().Del("Content-Type")
	w.WriteHeader(http.StatusOK)
}

func (b *bucket) get(w http.ResponseWriter, r *http.Request, key string) {
	versions := b.objects[key]
	if len(versions) == 0 {
		writeError(w, r, newFailure(http.StatusNotFound, "NoSuchKey", "The specified key does not exist."))
		return
	}
	o := versions[len(versions)-1]
	o.describe(w.Header())
	w.Header().Set("Content-Length", strconv.Itoa(len(o.Body)))
	w.Header().Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
	_, _ = w.Write(o.Body) // net/http leaves it out of the answer to HEAD
}

func (b *bucket) remove(w http.ResponseWriter, r *http.Request, key string) {
	if b.versioning != Unversioned {
		writeError(w, r, newFailure(http.StatusNotImplemented, "NotImplemented", "Versions cannot be deleted here."))
		return
	}
	delete(b.objects, key)
	w.WriteHeader(http.StatusNoContent)
}

// describe writes the headers that say what the object is.
func (o Object) describe(h http.Header) {
	h.Set("ETag", o.etag())
	h.Set("Content-Type", o.ContentType)
	h.Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(crc64.Checksum(o.Body, crc64.MakeTable(crc64.ECMA)), 10))
	h.Set("X-Oss-Object-Type", "Normal")
	if o.VersionID != "" {
		h.Set("X-Oss-Version-Id", o.VersionID)
	}
}

func (o Object) etag() string {
	sum := md5.Sum(o.Body) //nolint:gosec // OSS defines Content-MD5 and ETag by it.
	return `"` + strings.ToUpper(hex.EncodeToString(sum[:])) + `"`
}
