package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
)

// TestTemplates: what a person writes is listed in every language, changed by the first of
// two, deleted; who may not is refused, and hostile words stay words.
func TestTemplates(t *testing.T) {
	w := newWorld(t)
	all := func() []mention.Template {
		list, err := w.store.Templates(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	post := func(path, who string, status int, form url.Values) string {
		t.Helper()
		res, body := w.ask("POST", path, who, form)
		if res.StatusCode != status {
			t.Errorf("POST %s by %s: %d, want %d: %.200s", path, who, res.StatusCode, status, body)
		}
		return body
	}
	words := func(text, lang, topic, version string) url.Values {
		return url.Values{"text": {text}, "lang": {lang}, "topic": {topic}, "version": {version}}
	}
	if _, body := w.ask("GET", "/templates", "Ira", nil); !strings.Contains(body, "There are none yet") {
		t.Errorf("an empty page: %.300s", body)
	}
	post("/templates", "Ira", 303, words("{{author}}, <script>alert(1)</script>\r\nперепрошуємо.", "uk", "refund", ""))
	one := all()[0]
	if one.Text != "{{author}}, <script>alert(1)</script>\nперепрошуємо." || one.Lang != "uk" || one.Topic != "refund" || one.By.Name != "Ira" {
		t.Errorf("stored %+v", one)
	}
	for _, lang := range []string{"en", "uk", "ru", "bg"} {
		_, body := w.ask("GET", "/templates", "Ira", nil, "Cookie", "who=Ira; lang="+lang)
		if strings.Contains(body, "<script>alert") || !strings.Contains(body, "&lt;script&gt;alert(1)") || strings.Contains(body, "web.template") {
			t.Errorf("%s: %.2000s", lang, body)
		}
	}
	for _, bad := range []url.Values{words("x", "xx", "", ""), words("x", "uk", "weather", ""), words(" ", "uk", "", ""), words(strings.Repeat("я", mention.MaxTemplate+1), "uk", "", "")} {
		post("/templates", "Ira", 400, bad)
	}
	for _, strange := range []string{"{{autor}}, вибачте", "Вибачте, {{author}", "{{ім’я}}", "author}}", "{{}}", "{{author}} {{"} {
		if body := post("/templates", "Ira", 400, words(strange, "uk", "", "")); !strings.Contains(body, "Nothing is filled in for ") || !strings.Contains(body, "{{author}}, {{watch}}") {
			t.Errorf("%s: %.1500s", strange, body)
		}
	}
	post("/templates", "Ira", 303, words("{{ Author }} {{me}}", "en", "", ""))
	for _, other := range all() {
		if other.ID != one.ID {
			post("/templates/"+other.ID+"/delete", "Ira", 303, url.Values{})
		}
	}
	post("/templates/"+one.ID, "Ira", 303, words("Нове.", "bg", "", "1"))
	post("/templates/"+one.ID, "Oleh", 409, words("Інше.", "bg", "", "1"))
	post("/templates/"+one.ID, "Oleh", 400, words("Інше.", "bg", "", "0"))
	post("/templates/none", "Oleh", 404, words("Інше.", "bg", "", "1"))
	post("/templates", "guest", 403, words("x", "uk", "", ""))
	post("/templates/"+one.ID+"/delete", "guest", 403, url.Values{})
	if _, body := w.ask("GET", "/templates", "guest", nil); !strings.Contains(body, "Нове.") || strings.Contains(body, "<textarea") {
		t.Error("who may only read is shown a form, or nothing")
	}
	if res, _ := w.ask("POST", "/templates/"+one.ID+"/delete", "Ira", url.Values{}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 {
		t.Errorf("from another site: %d", res.StatusCode)
	}
	if list := all(); len(list) != 1 || list[0].Text != "Нове." || list[0].Lang != "bg" {
		t.Errorf("stored %+v", list)
	}
	post("/templates/"+one.ID+"/delete", "Ira", 303, url.Values{})
	post("/templates/"+one.ID+"/delete", "Ira", 404, url.Values{})
	if len(all()) != 0 {
		t.Error("it is still there")
	}
}
