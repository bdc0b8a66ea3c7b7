package slack

import (
	"bytes"
	"io"
	"mime"
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
	head, _ := begins(resp)
	found := answerOK.FindSubmatch(head)
	switch {
	case found == nil:
		return Failed // no answer of Slack's
	case string(found[1]) == "true":
		return Done
	case bytes.Contains(head, []byte("ratelimited")):
		return Limited
	}
	return Refused
}

// begins reads the beginning of an answer, and puts it back.
func begins(resp *http.Response) (head []byte, err error) {
	head = make([]byte, answerHead)
	n, err := io.ReadFull(resp.Body, head)
	rest := io.Reader(resp.Body)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		err = nil
	}
	if err != nil {
		rest = failing{err}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head[:n]), rest), resp.Body}
	return head[:n], err
}

// strangeError means: what answered is not Slack, whose answers are objects of JSON.
type strangeError struct{ what string }

func (e *strangeError) Error() string { return e.what }

// strange is the error of an answer that is not Slack's; nil for every other, and for one that broke off.
func strange(resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	head, err := begins(resp)
	if err != nil || bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) {
		return nil
	}
	what := resp.Status
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err == nil && len(head) > 0 {
		what += " (" + kind + ")"
	}
	return &strangeError{what}
}

// failing is the rest of an answer that broke off.
type failing struct{ err error }

// Read returns the error.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
