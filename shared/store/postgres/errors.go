package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/vodevents/vodevents/shared/store"
)

// Codes of errors. Source: PostgreSQL 15, Appendix A, error codes (read 2026-11-23).
const (
	codeReadOnly        = "25006"
	codeSerialization   = "40001"
	codeDeadlock        = "40P01"
	codeBadText         = "22021" // a NUL, or no UTF-8
	codeUndefinedTable  = "42P01"
	codeUndefinedColumn = "42703"
	// codeLockNotAvailable is that of a lock_timeout, too.
	codeLockNotAvailable = "55P03"
)

// code returns the code of an error of the server, or nothing.
func code(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// conflict reports whether a transaction was rolled back because of others, so that
// it may be tried again.
func conflict(err error) bool {
	return code(err) == codeSerialization || code(err) == codeDeadlock
}

// refused reports whether err is about what was to be written, and not about the
// database: a bad value (class 22), a constraint (23), a limit (54), or what the
// trigger of somebody else has raised (P0).
func refused(err error) bool {
	c := code(err)
	return len(c) == 5 && strings.Contains("22 23 54 P0", c[:2])
}

// wrap says what was being done when err happened. It leaves out what may tell a
// secret: errors of the driver name host and user.
func wrap(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	err = plain(err)
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return fmt.Errorf("postgres: %s: %w", doing, err)
}

func plain(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return plainServer(pg)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsTimeout {
			return errors.New("connect: no answer from the name server")
		}
		return errors.New("connect: the host is not known by that name")
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		err = cert.Err
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return errors.New("connect: the certificate is for another host")
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return errors.New("connect: the certificate is signed by an unknown authority")
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		if op.Addr != nil { // with the port
			return fmt.Errorf("%s: %w", op.Addr, op.Err)
		}
		return op.Err
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the server closed the connection")
	case connecting:
		return errors.New("connect: " + innermost(err).Error())
	}
	return err
}

// innermost returns the error at the end of the chain: those before it quote the
// settings.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) > 0 {
			inner = joined.Unwrap()[0]
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}

// plainServer leaves names and values out of what the server says.
func plainServer(err *pgconn.PgError) error {
	switch {
	case err.Code == codeUndefinedTable || err.Code == codeUndefinedColumn:
		return store.ErrNotMigrated
	case strings.HasPrefix(err.Code, "28"):
		return fmt.Errorf("the server does not let this user in, or the password is wrong (SQLSTATE %s)", err.Code)
	case strings.HasPrefix(err.Code, "3D"):
		return fmt.Errorf("there is no such database (SQLSTATE %s)", err.Code)
	default:
		return err
	}
}
