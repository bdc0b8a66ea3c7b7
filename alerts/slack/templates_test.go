package slack_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestSaveTemplate: what stands in the window with the replies becomes a template, its names
// taken out, by one who may; the one who may not, and an empty text, make none.
func TestSaveTemplate(t *testing.T) {
	w := newWorld(t, worldOptions{roles: func(p mention.Person, _ string) slack.Roles { return slack.Roles{Reply: p.ID == "slack:"+ira} }})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	written := map[string]map[string]any{"reply0": {"text0": map[string]any{"type": "plain_text_input", "value": "author 1, перепрошуємо за author 12. Ira\nhttps://forum.example/p/1"}},
		"own": {"own": map[string]any{"type": "plain_text_input", "value": nil}}}
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "reply_text", User: ira})
	eventually(t, "the window", func() bool { return len(w.fake.Views()) == 1 })
	press := func(user, block string) {
		t.Helper()
		if err := w.fake.PressView(user, "save_template", block, written); err != nil {
			t.Fatal(err)
		}
	}
	press(oleh, "reply0")
	eventually(t, "who may not is told", func() bool { return len(w.fake.Ephemerals()) == 1 })
	press(ira, "own")
	eventually(t, "the empty text is told", func() bool { return len(w.fake.Ephemerals()) == 2 })
	if len(w.fake.Views()) != 1 || !strings.Contains(w.fake.Ephemerals()[1].Text, "Write the text first") {
		t.Errorf("told %+v", w.fake.Ephemerals())
	}
	press(ira, "reply0")
	eventually(t, "the window over it", func() bool { return len(w.fake.Views()) == 2 })
	if got := string(w.fake.Views()[1]); !strings.Contains(got, `{{author}}, перепрошуємо за author 12. {{me}}\n{{link}}`) {
		t.Errorf("the names are not taken out: %s", got)
	}
	sent := map[string]map[string]any{"text": {"text": map[string]any{"value": "{{author}}, перепрошуємо."}}, "topic": {"topic": map[string]any{"selected_option": map[string]any{"value": "refund"}}}}
	if err := w.fake.Submit(oleh, sent); err != nil {
		t.Fatal(err)
	}
	if err := w.fake.Submit(ira, sent); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both are told", func() bool { return len(w.fake.Ephemerals()) == 4 })
	list, err := w.store.Templates(t.Context(), "uk")
	if err != nil || len(list) != 1 || list[0].Text != "{{author}}, перепрошуємо." || list[0].Topic != "refund" || list[0].By.ID != "slack:"+ira {
		t.Errorf("stored %+v (%v)", list, err)
	}
}
