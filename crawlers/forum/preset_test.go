package forum

import (
	"strings"
	"testing"

	presetfiles "github.com/earshot/earshot/crawlers/presets/forum"
)

// TestPresets reads every preset on its own, so a mistake names its file.
func TestPresets(t *testing.T) {
	files, err := presetfiles.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, f := range files {
		src, err := presetfiles.Files.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		p, err := parsePreset(src)
		if err != nil {
			t.Errorf("%s: %v", f.Name(), err)
			continue
		}
		if other, taken := names[p.Name]; taken {
			t.Errorf("%s: the name %q is %s's", f.Name(), p.Name, other)
		}
		names[p.Name] = f.Name()
		if p.Based == "" {
			t.Errorf("%s: based_on must say where its facts come from", f.Name())
		}
	}
}

func TestPresetMistakes(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"unknown word", "name: X\nabout: x\nmarkz: []\n", "markz"},
		{"no marks", "name: X\nabout: x\n", "never found"},
		{"bad selector", "name: X\nabout: x\nmarks: [{select: 'a[', score: 4}]\n", "selector"},
		{"bad pattern", "name: X\nabout: x\nthread: {topic: 'h1 | ('}\n", "missing closing"},
		{"no posts", "name: X\nabout: x\nmarks: [{text: x, score: 4}]\n", "thread.posts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parsePreset([]byte(c.src))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
