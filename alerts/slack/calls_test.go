package slack

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestOutcomes(t *testing.T) {
	long := strings.Repeat("x", 3*answerHead)
	for body, want := range map[string]Outcome{
		`{"ok":true,"ts":"1"}`:                  Done,
		`{"channels":[],"ok": true}`:            Done,
		`{"ok":true,"text":"` + long + `"}`:     Done,
		`{"error":"not_in_channel","ok":false}`: Refused,
		`{"ok":false,"error":"ratelimited"}`:    Limited,
		`<html>a proxy's page</html>`:           Failed,
		``:                                      Failed,
	} {
		resp := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}
		if got := outcomeOf(resp, nil); got != want {
			t.Errorf("%.40s: %s, want %s", body, got, want)
		}
		if again, err := io.ReadAll(resp.Body); err != nil || string(again) != body {
			t.Errorf("%.40s: %d of %d bytes are left: %v", body, len(again), len(body), err)
		}
	}
	for status, want := range map[int]Outcome{429: Limited, 500: Failed, 404: Failed, 302: Failed} {
		if got := outcomeOf(&http.Response{StatusCode: status, Body: http.NoBody}, nil); got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
	}
	if got := outcomeOf(nil, errors.New("refused")); got != Unreachable {
		t.Error(got)
	}
	broken := errors.New("cut")
	resp := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"ok":true`), failing{broken}))}
	if got := outcomeOf(resp, nil); got != Done {
		t.Error(got)
	}
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, broken) {
		t.Errorf("a broken answer ends with %v", err)
	}
	for path, want := range map[string]string{"/api/chat.postMessage": "chat.postMessage", "/api/secret.thing": OtherMethod, "/": OtherMethod} {
		if got := methodOf(&http.Request{URL: &url.URL{Path: path}}); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
