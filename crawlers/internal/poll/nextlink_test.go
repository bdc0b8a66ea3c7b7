package poll

import (
	"net/http"
	"testing"
)

func TestNextLink(t *testing.T) {
	for _, c := range []struct {
		want  string
		lines []string
	}{
		{"/p?page=2", []string{`</p?page=2>; rel="next"`}},
		{"/p?page=2", []string{`</p?page=1>; rel="prev", </p?page=2>; rel="next"`}},
		{"/p?page=2", []string{`</p?page=9>; rel=last`, `</p?page=2>; rel=next`}},
		{"/p?ids=1,2&page=2", []string{`</p?ids=1,2&page=1>; rel="prev", </p?ids=1,2&page=2>; rel="next"`}},
		{"/p?page=2", []string{`</p?page=2>; title="a, b"; rel="next last"`}},
		{"/p;v=1?page=2", []string{`</p;v=1?page=2>; Rel = "Next"`}},
		{"", []string{`</p?page=2>; rel="nextpage"`, `</p>; rel="prev"; title="rel=next"`, `no link`, `<`}},
	} {
		if got := NextLink(http.Header{"Link": c.lines}); got != c.want {
			t.Errorf("%q: got %q, want %q", c.lines, got, c.want)
		}
	}
}
