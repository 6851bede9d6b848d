package redis

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// advice says what to do about a refusal of the server. Of the refusal itself it
// repeats no more than the beginning, since the rest may hold what was sent.
func advice(refusal string) string {
	has := func(code string) bool { return strings.Contains(refusal, code) }
	switch {
	case has("OOM "):
		return "OOM: the memory of the server is full: enlarge it, or set maxlen and trim the stream"
	case has("READONLY "):
		return "READONLY: the server is a replica: use the address of the primary"
	case has("LOADING "), has("MASTERDOWN "), has("CLUSTERDOWN "), has("TRYAGAIN "):
		return firstWord(refusal) + ": the server is not ready yet: it is tried again"
	case has("BUSY "):
		return "BUSY: a script keeps the server busy: end it with SCRIPT KILL"
	case has("MISCONF "):
		return "MISCONF: the server cannot write to its disk: see its log"
	case has("NOREPLICAS "):
		return "NOREPLICAS: the server has fewer replicas than it wants before it writes (min-replicas-to-write)"
	case has("NOSCRIPT "):
		return "NOSCRIPT: the script was flushed in between: it is sent again with the next attempt"
	case has("WRONGTYPE "):
		return "WRONGTYPE: a key of this prefix is of another kind: set prefix to one that nobody else uses"
	case has("WRONGPASS "), has("NOAUTH "), has("AUTH "), has("invalid password"):
		return "WRONGPASS: user and password are not those of the server: see the URL"
	case has("NOPERM "), has("user executing the script"):
		return "NOPERM: the user may not do it: give it the commands and keys that the package comment lists"
	case has("CROSSSLOT "), has("same slot"):
		return "CROSSSLOT: a cluster wants all keys of an event in one slot: set prefix={vod}:"
	case has("MOVED "), has("ASK "):
		return "MOVED: the server is a node of a cluster: use the address of its proxy, and prefix={vod}:"
	case has("DB index is out of range"):
		return "the server has no database of that number: see the path of the URL"
	case has("unknown command"):
		return "the server lacks a command that is needed: it has to be Redis 6 or later"
	default:
		return "the server refuses: " + beginning(refusal)
	}
}

// beginning returns what a refusal says before it quotes something.
func beginning(refusal string) string {
	const enough = 80
	if i := strings.IndexAny(refusal, "'`\"@"); i >= 0 {
		refusal = refusal[:i]
	}
	return strings.ToValidUTF8(strings.TrimSpace(refusal[:min(len(refusal), enough)]), "")
}

func firstWord(refusal string) string {
	word, _, _ := strings.Cut(refusal, " ")
	return word
}

// unreachable says why there is no talking to the server, and what to do. What is not
// known to be harmless is left out: it may quote what the other end sent, and that may
// be what it was sent.
func unreachable(err error) error {
	if errors.Is(err, errClosed) || errors.Is(err, errTaken) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return errors.New("the server closed the connection (does it want TLS, rediss://?)")
	}
	if de, ok := errors.AsType[*net.DNSError](err); ok {
		return de
	}
	if oe, ok := errors.AsType[*net.OpError](err); ok {
		return oe
	}
	if ce, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		if _, ok := errors.AsType[x509.UnknownAuthorityError](ce); ok {
			return fmt.Errorf("%w: set ca to the file of its certificate authority", ce)
		}
		return ce
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return errors.New("the server does not speak TLS: write redis://, or give the port at which it does")
	}
	if ae, ok := errors.AsType[tls.AlertError](err); ok {
		return ae
	}
	return errors.New("no answer that can be read: is it a Redis server that is there?")
}
