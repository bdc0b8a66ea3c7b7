package slack

import (
	"bytes"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
)

// Outcome is what came of a call of Slack's Web API.
type Outcome string

// The outcomes.
const (
	Done        Outcome = "ok"
	Refused     Outcome = "refused"     // Slack answered that it will not
	Limited     Outcome = "limited"     // asked too often: it is tried again
	Failed      Outcome = "failed"      // Slack answered an error of its own
	Unreachable Outcome = "unreachable" // no answer
)

// OtherMethod stands for every method that is none of Methods.
const OtherMethod = "other"

// Methods are the methods of Slack's Web API that earshot calls.
var Methods = []string{
	"apps.connections.open", "auth.test", "bots.info", "chat.postEphemeral", "chat.postMessage", "chat.update",
	"conversations.history", "conversations.info", "conversations.list", "conversations.replies",
	"usergroups.list", "users.info", "users.list", "users.lookupByEmail", "views.open", "views.publish", "views.push", "views.update",
}

func methodOf(r *http.Request) string {
	if name := path.Base(r.URL.Path); slices.Contains(Methods, name) {
		return name
	}
	return OtherMethod
}

// answerHead is how much of an answer is looked through for its ok: it stands first.
const answerHead = 4 << 10

var answerOK = regexp.MustCompile(`"ok"\s*:\s*(true|false)`)

// outcomeOf reads the beginning of an answer, and puts it back.
func outcomeOf(resp *http.Response, err error) Outcome {
	switch {
	case err != nil:
		return Unreachable
	case resp.StatusCode == http.StatusTooManyRequests:
		return Limited
	case resp.StatusCode != http.StatusOK:
		return Failed
	}
	head := make([]byte, answerHead)
	n, readErr := io.ReadFull(resp.Body, head)
	rest := io.Reader(resp.Body)
	if readErr != nil && readErr != io.ErrUnexpectedEOF && readErr != io.EOF {
		rest = failing{readErr}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head[:n]), rest), resp.Body}
	found := answerOK.FindSubmatch(head[:n])
	switch {
	case found == nil:
		return Failed // no answer of Slack's
	case string(found[1]) == "true":
		return Done
	case bytes.Contains(head[:n], []byte("ratelimited")):
		return Limited
	}
	return Refused
}

// failing is the rest of an answer that broke off.
type failing struct{ err error }

// Read returns the error.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
