package alerts_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
)

// TestReasonIsSaidInTheLanguage: why nothing can be posted somewhere is said as why a source cannot be
// read, by whatever way out.
func TestReasonIsSaidInTheLanguage(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for trouble, cause := range map[string]error{
		"no_name":     dial(&net.DNSError{Err: "no such host", Name: "slack.com", IsNotFound: true}),
		"no_lookup":   dial(&net.DNSError{Err: "server misbehaving", Name: "slack.com", IsTemporary: true}),
		"refused":     dial(syscall.ECONNREFUSED),
		"no_way":      dial(syscall.ENETUNREACH),
		"timeout":     context.DeadlineExceeded,
		"certificate": x509.UnknownAuthorityError{},
		"broken_off":  syscall.ECONNRESET,
	} {
		asked := &url.Error{Op: "Post", URL: "https://slack.com/api/chat.postMessage", Err: cause}
		for _, code := range []string{"ru", "uk", "bg"} {
			l := texts.In(code)
			for _, err := range []error{
				fmt.Errorf("webhook crm: %w", cause),
				&alerts.RetryError{Err: fmt.Errorf("webhook crm: %w", cause)},
				&alerts.RetryError{Err: &alerts.Advice{What: "slack: chat.postMessage: ", Key: "way.unreachable", Pairs: []any{"why", asked}, Err: asked}},
			} {
				said := alerts.Reason(l, err)
				if left := testkit.English(said, "slack: chat.postMessage: https http"); len(left) > 0 || len(said) < len(l.Text("trouble."+trouble)) {
					t.Errorf("%s, %s: English is left, %q: %s", code, trouble, left, said)
				}
			}
		}
		if said := alerts.Reason(texts.In("en"), cause); said != cause.Error() {
			t.Errorf("in English %q, want %q", said, cause)
		}
	}
}
