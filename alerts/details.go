package alerts

import (
	"encoding/json"
	"time"

	"github.com/earshot/earshot/mention"
)

// Details are what the planner knew when it made the alert and what the message
// says beside the mention itself. They travel in Alert.Payload as JSON.
type Details struct {
	Why       []string       `json:"why,omitempty"`       // what made it this loud
	Nth       int            `json:"nth,omitempty"`       // the author's nth complaint in 30 days; 0 or 1: the first
	LastOpen  bool           `json:"last_open,omitempty"` // the author's complaint before this one is unanswered
	Weight    float64        `json:"weight,omitempty"`    // of its source; 0: 1
	Change    Change         `json:"change,omitempty"`    // kind changed: what happened
	By        string         `json:"by,omitempty"`        // kind changed: the official author
	At        time.Time      `json:"at,omitzero"`         // kind changed: when it happened
	Link      string         `json:"link,omitempty"`      // kind changed: the answer's address
	Often     bool           `json:"often,omitempty"`     // kind changed: the last edit that is told; later ones are only drawn
	Negative  bool           `json:"negative,omitempty"`  // kind changed: the answer reads like a complaint itself
	Reopened  bool           `json:"reopened,omitempty"`  // kind changed: the case was closed and is open again
	Back      bool           `json:"back,omitempty"`      // kind changed: the post was gone from its site
	Text      string         `json:"text,omitempty"`      // kinds without a mention, and escalations: the sentence to say
	While     mention.Status `json:"while,omitempty"`     // kind escalation: how the case must stand for it to be true; empty: however
	Whose     string         `json:"whose,omitempty"`     // with While: the id of the person who must have the case; empty: whoever
	Broadcast bool           `json:"broadcast,omitempty"` // a reply that is to be seen in the channel too
	Thread    string         `json:"thread,omitempty"`    // the end of Text that is true of a thread alone
	Storm     *Storm         `json:"storm,omitempty"`     // of many complaints: which storm; it has a button to take all of them
	Instead   *Instead       `json:"instead,omitempty"`   // kind fallback: what it stands in for
	Summary   *Summary       `json:"summary,omitempty"`   // kind digest: the numbers; Text is all of it in words
	Same      *Same          `json:"same,omitempty"`      // kind notice: with which others it is told together
}

// Change is what happened to a post or its case after the alert.
type Change string

// The changes a reply in the thread tells about.
const (
	Edited           Change = "edited"   // the words changed, it is still a complaint
	Worse            Change = "worse"    // the words changed for the worse; the case is open again if it was closed
	Better           Change = "better"   // the words changed and it is no complaint any more
	Deleted          Change = "deleted"  // the site says it is gone
	Answered         Change = "answered" // an official author answered on the site
	NamesakeAnswered Change = "namesake" // somebody with an official name answered: people must look whether it was theirs
	SeemsAnswered    Change = "seems"    // the page shows what looks like the company's answer: the same
	// Withdrawn: the official answer is gone from the site; the case is open again.
	Withdrawn Change = "withdrawn"
)

// Encode returns f as an alert's payload.
func (f Details) Encode() []byte {
	b, err := json.Marshal(f)
	if err != nil { // only a year that JSON cannot say, as some sites date their posts
		f.At = time.Time{}
		b, _ = json.Marshal(f)
	}
	return b
}

// ReadDetails reads an alert's payload. A payload that cannot be read gives the
// details that could: a message must not be lost for it.
func ReadDetails(payload []byte) Details {
	var f Details
	_ = json.Unmarshal(payload, &f)
	return f
}
