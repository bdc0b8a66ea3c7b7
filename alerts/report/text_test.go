package report

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/i18n"
)

// TestForeignNames: a person or a place is named by strangers, too.
func TestForeignNames(t *testing.T) {
	r := Report{People: []Row{{Name: "I\u200era \u202e|\x1b[31m\u200b", Complaints: 1}}}
	var terminal, wiki strings.Builder
	if err := r.Text(&terminal, i18n.Lang{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Markdown(&wiki, i18n.Lang{}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(terminal.String(), "Ira |[31m ") {
		t.Errorf("printed %q", terminal.String())
	}
	if !strings.Contains(wiki.String(), `| Ira \|[31m | 1 |`) {
		t.Errorf("written %q", wiki.String())
	}
}
