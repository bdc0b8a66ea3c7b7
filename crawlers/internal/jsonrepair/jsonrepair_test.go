package jsonrepair

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

func TestDecode(t *testing.T) {
	for src, want := range map[string]string{
		`{"a":1} [2]`:              `[{"a":1},[2]]`,
		"{\"a\":\"one\ntwo\x01\"}": `[{"a":"one\ntwo "}]`,
		`{"a":[1,2,],}`:            `[{"a":[1,2]}]`,
		`{"a":"5\'s \u00e9 \x"}`:   `[{"a":"5's é x"}]`,
		"<!--\n//<![CDATA[\n{\"a\":\"https://b/*c*/\"} // d\n//]]>\n-->": `[{"a":"https://b/*c*/"}]`,
		`{"a":1/* b */,"c":2<!-- d -->}`:                                 `[{"a":1,"c":2}]`,
		`[{&quot;a&quot;:1}]`:                                            `[[{"a":1}]]`,
		// filled in by a template
		`{"a":"Банк "Ромашка" мовчить","c":"d"}`:                 `[{"a":"Банк \"Ромашка\" мовчить","c":"d"}]`,
		`{"a":"ООД "Ромашка", пак","c":"В "Ромашка""}`:           `[{"a":"ООД \"Ромашка\", пак","c":"В \"Ромашка\""}]`,
		`{"a":"Said: "no": \"never\"", }`:                        `[{"a":"Said: \"no\": \"never\""}]`,
		`{"a":["the "best"", "one" , "of "three""],"c":2}`:       `[{"a":["the \"best\"","one","of \"three\""],"c":2}]`,
		"{\"a\":\"see \"https://b/*c*/\" now\",\n\"d\":{}} // e": `[{"a":"see \"https://b/*c*/\" now","d":{}}]`,
		`{"a":"the "best", "one" of"}`:                           `[{"a":"the \"best\", \"one\" of"}]`,
		`{"a": 4,5, "c": 4,5}`:                                   `[{"a":4.5,"c":4.5}]`,
	} {
		values, err := Decode(src)
		got, _ := json.Marshal(values)
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, %v, want %s", src, got, err, want)
		}
	}
	for _, cut := range []string{`{"a":"b`, `[1,2`, `{"a":1} {`, `{'a':1}`, `{"a":"the "best`, `{"a":1,5 2}`, `{"a":[1,"b" c]}`} {
		if values, err := Decode(cut); err == nil {
			t.Errorf("%q: %v, want an error", cut, values)
		}
	}
}

// TestTemplatesAreLinear: a page that is nothing but quotation marks is told to be broken soon.
func TestTemplatesAreLinear(t *testing.T) {
	for name, part := range map[string]string{"marks": `"`, "marks apart": `" ,  `, "keys": `","`, "brackets": `{"`, "numbers": "1,1"} {
		testkit.Linear(t, name, 20000, func(n int) { _, _ = Decode(`{"a":"` + strings.Repeat(part, n)) })
	}
}
