package jsonapi_test

import (
	"regexp"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/mention"
)

const shop = "https://api.example/q"

// mapped are two mappings of one answer: the second hears the options of a poll as well.
var mapped = []string{
	"json: " + shop + "\nlist: .items[]\nfields: {id: .id, text: .t}",
	"json: " + shop + "\nlist: .items[]\nfields: {id: .id, text: \"[.t, .options]\"}",
}

// TestReadByOtherRules: the first answer that is read by another mapping, or by another version of earshot, says so,
// once. A new source never does, nor one that had no posts, nor an answer that is as it was.
func TestReadByOtherRules(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{shop: `{"items":[{"id":1,"t":"one","options":["yes","no"]}]}`}}
	before, after := rig.Crawler(t, mapped[0], site), rig.Crawler(t, mapped[1], site)
	first := rig.Poll(t, before, "")
	if again := rig.Poll(t, before, first.Next); first.Anew || again.Anew {
		t.Errorf("by the same rules anew: %v, then %v", first.Anew, again.Anew)
	}
	for name, cursor := range map[string]crawlers.Cursor{
		"another mapping": first.Next,
		"another earshot": crawlers.Cursor(regexp.MustCompile(`"rules":"[^"]*",?`).ReplaceAllString(string(first.Next), "")),
	} {
		got := rig.Poll(t, after, cursor)
		if next := rig.Poll(t, after, got.Next); !got.Anew || len(got.Posts) != 1 || next.Anew || len(next.Posts) > 0 {
			t.Errorf("%s: anew %v with %d posts, then %v with %d", name, got.Anew, len(got.Posts), next.Anew, len(next.Posts))
		}
	}
	site.Bodies[shop] = `{"items":[]}`
	if got := rig.Poll(t, after, rig.Poll(t, before, "").Next); got.Anew {
		t.Error("where there was no post nothing was read otherwise")
	}
}

// TestThreadReadByOtherRules: the same for a discussion.
func TestThreadReadByOtherRules(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{
		shop:        `{"items":[{"id":1,"t":"one","more":"` + shop + `/1"}]}`,
		shop + "/1": `{"items":[{"id":2,"t":"two","options":["yes","no"]}]}`,
	}}
	const follows = ", comments: .more}\nfollow: .items[]"
	var readers []crawlers.Threader
	for _, m := range mapped {
		readers = append(readers, rig.Crawler(t, m[:len(m)-1]+follows, site).(crawlers.Threader))
	}
	complaint := mention.Post{ID: "1", ThreadHint: shop + "/1"}
	var cursor crawlers.Cursor
	for i, anew := range []bool{false, false, true, false} {
		got, err := readers[i/2].Thread(t.Context(), complaint, cursor)
		if err != nil || got.Anew != anew {
			t.Errorf("visit %d: anew %v, error %v", i, got.Anew, err)
		}
		cursor = got.Next
	}
}
