package mention

import (
	"errors"
	"strings"
	"testing"
)

// TestTemplateCheck: what is filled in by nothing would stand on a site as it was written.
func TestTemplateCheck(t *testing.T) {
	for words, unfilled := range map[string]string{
		"Вибачте.": "", "{{author}}, вибачте": "", "{{ Author }}: {{me}}, {{link}}": "", "{one} brace": "", "a } b": "", "{{author}}{{me}}": "",
		"{{autor}}, вибачте": "{{autor}}", "Вибачте, {{author}": "{{author}", "{{ім’я}}": "{{ім’я}}", "author}}, so": "author}}", "{{}}": "{{}}", "{{author}} {{": "{{",
		"{{author}, {{me}}": "{{author}", "{{a,": "{{a,", "{{author\n}}": "{{author", "{author}, вибачте": "{author}", "{{author}} {me}": "{me}",
	} {
		var e *UnfilledError
		err := Template{ID: "1", Lang: "uk", Text: words}.Check()
		if errors.As(err, &e) != (unfilled != "") || e != nil && e.What != unfilled {
			t.Errorf("%q: %v, want %q", words, err, unfilled)
		}
	}
	for _, bad := range []Template{{Lang: "uk", Text: "x"}, {ID: "1", Text: "x"}, {ID: "1", Lang: "uk"}, {ID: "1", Lang: "uk", Text: strings.Repeat("я", MaxTemplate+1)}} {
		if !errors.Is(bad.Check(), ErrTemplate) {
			t.Errorf("%.60v passes", bad)
		}
	}
	if err := (Template{ID: "1", Lang: "uk", Text: strings.Repeat("я", MaxTemplate)}).Check(); err != nil {
		t.Error(err)
	}
}
