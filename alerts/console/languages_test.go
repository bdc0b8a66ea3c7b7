package console_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestShowInEveryLanguage shows the cases whose words are all of the catalogue in the other
// languages, and compares with testdata/languages.txt.
func TestShowInEveryLanguage(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, name := range []string{"open", "claimed", "answered", "overdue", "snoozed", "dismissed", "replied", "critical", "deleted", "repeat", "twin", "changed-answered", "changed-worse", "changed-deleted", "digest"} {
		raw, err := os.ReadFile(filepath.Join("..", "slack", "testdata", name, "message.json"))
		if err != nil {
			t.Fatal(err)
		}
		var m alerts.Message
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{"uk", "ru", "bg"} {
			m.Lang = texts.In(code)
			if m.Details.Summary != nil {
				m.Details.Text = m.Details.Summary.Words(m.Lang, m.Now)
			}
			words := show(t, m, false)
			fmt.Fprintf(&got, "# %s %s\n%s", name, code, words)
			if left := testkit.English(words, string(raw)); len(left) > 0 {
				t.Errorf("%s in %s: not in the catalogue: %q", name, code, left)
			}
		}
	}
	testkit.Golden(t, filepath.Join("testdata", "languages.txt"), got.String(), *update)
}

// TestKindsInEveryLanguage: what stands before a message that is no complaint.
func TestKindsInEveryLanguage(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string][3]string{"en": {"NOTICE", "STORM", "DIGEST"}, "uk": {"УВАГА", "СПЛЕСК", "ПІДСУМОК"}, "ru": {"ВНИМАНИЕ", "ВСПЛЕСК", "ИТОГИ"}, "bg": {"ВНИМАНИЕ", "ВЪЛНА", "ОБОБЩЕНИЕ"}} {
		for i, kind := range []mention.AlertKind{mention.Notice, mention.Burst, mention.Digest} {
			m := alerts.Message{Alert: mention.Alert{Kind: kind}, Details: alerts.Details{Text: "…"}, Lang: texts.In(code)}
			if got := strings.TrimSpace(show(t, m, false)); got != want[i]+"  …" {
				t.Errorf("%s in %s: %q", kind, code, got)
			}
		}
	}
}
