package web

import "testing"

// TestWebLink: only what a browser may follow is a link, however its scheme is written.
func TestWebLink(t *testing.T) {
	for address, followed := range map[string]bool{
		"https://forum.example/1": true, "HTTPS://forum.example/1": true, "Http://forum.example": true,
		"javascript:alert(1)": false, "JAVASCRIPT://x%0aalert(1)": false, "data:text/html,x": false, "https:/x": false, "//forum.example": false, "": false,
	} {
		if got := webLink(address); (got != "") != followed {
			t.Errorf("%q: %q", address, got)
		}
	}
}
