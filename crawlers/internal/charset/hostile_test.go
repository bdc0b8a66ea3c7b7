package charset

import (
	"net/http"
	"testing"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// TestCharsetsAreWithstood decodes every pattern, said to be in charsets it is not in.
func TestCharsetsAreWithstood(t *testing.T) {
	for _, said := range []string{"", "utf-16le", "windows-1251", "shift_jis", "iso-2022-jp", "gb18030", "x-user-defined"} {
		t.Run(said, func(t *testing.T) {
			testkit.Withstand(t, func(t *testing.T, body string) (out int) {
				r := &fetch.Response{Header: http.Header{"Content-Type": {"text/html; charset=" + said}}, Body: []byte(body)}
				for _, got := range [][]byte{HTML(r), XML(r), Text(r)} {
					if !utf8.Valid(got) {
						t.Error("what comes out is not valid UTF-8")
					}
					out += len(got)
				}
				return out
			})
		})
	}
}
