package webhook_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts/webhook"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestWhatIsPostedIsDocumented: who writes the other side reads no Go. Every key, kind and header of
// a request stands under "webhooks" in docs/watchlist.md, and the signature is made as it says there.
func TestWhatIsPostedIsDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "watchlist.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## webhooks\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var names []string
	for _, of := range []any{webhook.Body{}, webhook.Mention{}, webhook.Case{}, mention.Score{}} {
		for i := range reflect.TypeOf(of).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(of).Field(i).Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	for _, kind := range []mention.AlertKind{mention.Complaint, mention.Duplicate, mention.Changed, mention.Escalation, mention.Burst, mention.Digest, mention.Fallback, mention.Notice} {
		names = append(names, string(kind))
	}
	names = append(names, webhook.KeyHeader, webhook.TimestampHeader, webhook.SignatureHeader)
	for _, name := range names {
		if !strings.Contains(section, "`"+name+"`") && !strings.Contains(section, `"`+name+`":`) {
			t.Errorf("docs/watchlist.md does not say what %s is", name)
		}
	}
	// python3 -c 'import hmac, hashlib; print(hmac.new(b"s3cret", b"1764146400" + b"." + b"{}", hashlib.sha256).hexdigest())'
	const want = "v1=39efe575ab4fc56589f625df227cfc467f4cc82bc6e9a1269f4280be2cf93a07"
	if got := webhook.Sign("s3cret", "1764146400", []byte("{}")); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}
