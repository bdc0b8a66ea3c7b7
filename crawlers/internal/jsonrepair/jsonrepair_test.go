package jsonrepair

import (
	"encoding/json"
	"testing"
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
	} {
		values, err := Decode(src)
		got, _ := json.Marshal(values)
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, %v, want %s", src, got, err, want)
		}
	}
	for _, cut := range []string{`{"a":"b`, `[1,2`, `{"a":1} {`, `{'a':1}`} {
		if values, err := Decode(cut); err == nil {
			t.Errorf("%q: %v, want an error", cut, values)
		}
	}
}
