package forum

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/jsonrepair"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
)

// Rules of this file: what an API says is read however it comes, as far as it can be meant
// one way only. A plugin's slip in one field of one post must not cost the others.

// jsonBody is the JSON of an answer, nil where it is a page. Notices of the site's own program
// stand before it where somebody forgot to switch them off, and then PHP calls it HTML.
func (r *pageReader) jsonBody(res *fetch.Response) []byte {
	body := bytes.TrimSpace(charset.Text(res))
	if startsJSON(body) {
		return body
	}
	if !r.api && !strings.Contains(strings.ToLower(res.Header.Get("Content-Type")), "json") {
		return nil
	}
	const most = 20 // lines that look like the beginning: each is read to the end
	for rest, tries := body, 0; len(rest) > 0 && tries < most; {
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
		if rest = bytes.TrimSpace(rest); startsJSON(rest) {
			if tries++; json.Valid(rest) {
				return rest
			}
		}
	}
	return nil
}

func startsJSON(b []byte) bool { return len(b) > 0 && (b[0] == '{' || b[0] == '[') }

// validJSON is the first value of the body. What caches and plugins put behind it is left out, and
// what can be meant one way only is mended.
func validJSON(body []byte) ([]byte, error) {
	if err := htmltext.CheckJSON(string(body)); err != nil {
		return nil, err
	}
	if json.Valid(body) {
		return body, nil
	}
	values, err := jsonrepair.Decode(string(body))
	if err != nil || len(values) == 0 {
		return nil, crawlers.Garbled(errors.New("the answer is no valid JSON (it may be cut off)"))
	}
	return json.Marshal(values[0])
}

// decode reads JSON into v, as far as it has v's shape: what is of another type is left out alone. PHP
// writes [] for an object without keys.
func decode(body []byte, v any) bool {
	err := json.Unmarshal(body, v)
	var another *json.UnmarshalTypeError
	return err == nil || errors.As(err, &another)
}

// refusalIn is what an API says instead of posts, in the forms that these programs have; empty where it
// says nothing.
func refusalIn(body []byte) string {
	var said struct {
		Message string `json:"message"`
		Error   string `json:"error"`
		Status  struct {
			Message string `json:"message"`
		} `json:"status"`
		Errors []json.RawMessage `json:"errors"`
	}
	if !decode(body, &said) {
		return ""
	}
	words := []string{said.Message, said.Error, said.Status.Message}
	for _, e := range said.Errors {
		var one struct {
			Detail string `json:"detail"`
			Title  string `json:"title"`
			Code   string `json:"code"`
		}
		var plain string
		if json.Unmarshal(e, &plain) != nil && !decode(e, &one) {
			continue
		}
		words = append(words, plain, one.Detail, one.Title, one.Code)
	}
	for _, w := range words {
		if w != "" {
			return htmltext.Line(text.Clip(w, 300))
		}
	}
	return ""
}
