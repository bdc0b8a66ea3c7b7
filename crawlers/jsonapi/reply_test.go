package jsonapi

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/earshot/earshot/reply"
)

// TestNotSent: an answer that had no connection to go on stands nowhere, also where the certificate of the
// site ran out; nobody is asked to look.
func TestNotSent(t *testing.T) {
	for err, want := range map[error]reply.Outcome{
		&net.OpError{Op: "dial", Err: errors.New("connection refused")}:                            reply.NotSent,
		&net.DNSError{Name: "a.example"}:                                                           reply.NotSent,
		&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}: reply.NotSent,
		&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}:                       reply.NotSent,
		&net.OpError{Op: "read", Err: errors.New("connection reset")}:                              reply.Unknown,
	} {
		if got := (&answerer{}).failed(t.Context(), fmt.Errorf("post: %w", err), reply.Message{}); got.Outcome != want || got.Reason == "" {
			t.Errorf("%v: %+v, want %v", err, got, want)
		}
	}
}
