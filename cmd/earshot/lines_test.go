package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestNotJSON(t *testing.T) {
	for line, want := range map[string]string{
		`Спасибо, банк "Ромашка" <b>`: `this is plain text, and a JSON object a line is read here, such as {"id":1,"text":"Спасибо, банк \"Ромашка\" <b>"}; try score`,
		`"in quotes"`:                `such as {"id":1,"text":"in quotes"}; try score`,
		`42`:                         `this is plain text`,
		strings.Repeat("довго ", 50): `…"}; try score`,
		`{"id": 1, "text": "cut`:     `this JSON object has a mistake at its character 22, or is cut off there`,
		`{id: 1}`:                    `a mistake at its character 2`,
		`[{"id":1}]`:                 `this is a list`,
		`{"id": 1, "text": ["a"]}`:   `"text" is a list here, where a text is wanted`,
		`{"id": 1, "text": "a", "stars": "five"}`: `"stars" is a text here, where a number is wanted`,
	} {
		var in matchIn
		err := json.Unmarshal([]byte(line), &in)
		if err == nil {
			t.Fatalf("%s is read", line)
		}
		got := notJSON([]byte(line), err, "; try score").Error()
		if !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
		for _, jargon := range []string{"invalid character", "Go struct", "unmarshal"} {
			if strings.Contains(got, jargon) {
				t.Errorf("%s: %s", line, got)
			}
		}
	}
}
