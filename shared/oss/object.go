package oss

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // OSS defines Content-MD5 by it.
	"encoding/base64"
	"io"
	"time"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// Put is an object to put.
type Put struct {
	Name        string
	ContentType string // empty: OSS calls it application/octet-stream
	Body        []byte
	// Once leaves an object of that name as it is; the error is then [ErrExists]. OSS
	// ignores it in a bucket that has, or had, versioning.
	Once bool
}

// Put puts an object, or replaces it, with a digest that keeps OSS from taking a body
// that was damaged on the way. It reports whether that made a version, as it does in a
// bucket that has, or had, versioning.
func (b *Bucket) Put(ctx context.Context, p Put) (versioned bool, err error) {
	sum := md5.Sum(p.Body) //nolint:gosec // OSS defines Content-MD5 by it.
	request := &alioss.PutObjectRequest{
		Bucket:     new(b.Bucket),
		Key:        new(b.Prefix + p.Name),
		Body:       bytes.NewReader(p.Body),
		ContentMD5: new(base64.StdEncoding.EncodeToString(sum[:])),
	}
	if p.ContentType != "" {
		request.ContentType = new(p.ContentType)
	}
	if p.Once {
		request.ForbidOverwrite = new("true")
	}
	result, err := b.client.PutObject(ctx, request)
	if err != nil {
		return false, b.failure(ctx, put, err)
	}
	return result.VersionId != nil, nil
}

// Object is an object that was read.
type Object struct {
	Body     []byte
	Modified time.Time // when it was put, to the second, in UTC
}

// Get reads an object, and no more than limit bytes of its body. For one that is not
// there the error is [ErrAbsent].
func (b *Bucket) Get(ctx context.Context, name string, limit int64) (Object, error) {
	result, err := b.client.GetObject(ctx, &alioss.GetObjectRequest{Bucket: new(b.Bucket), Key: new(b.Prefix + name)})
	if err != nil {
		return Object{}, b.failure(ctx, get, err)
	}
	defer func() { _ = result.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(result.Body, limit))
	if err != nil {
		return Object{}, b.failure(ctx, get, err)
	}
	return Object{Body: body, Modified: alioss.ToTime(result.LastModified).UTC()}, nil
}

// Delete deletes an object; that it is not there is no error. In a bucket that has, or
// had, versioning it stays as a version of itself, behind a delete marker.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	_, err := b.client.DeleteObject(ctx, &alioss.DeleteObjectRequest{Bucket: new(b.Bucket), Key: new(b.Prefix + name)})
	if err != nil {
		return b.failure(ctx, remove, err)
	}
	return nil
}
