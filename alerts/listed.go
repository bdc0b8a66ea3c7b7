package alerts

import (
	"time"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Listed is a case as programs read it: an object of `earshot cases --json`, a row of the inbox's table. Moments
// are RFC 3339 in UTC, a day where a site gives no more, and empty where there is none.
type Listed struct {
	ID         string   `json:"id"`
	Status     string   `json:"status"`
	Severity   string   `json:"severity"`
	Watch      string   `json:"watch"`
	Source     string   `json:"source"`
	Kind       string   `json:"kind"`
	Lang       string   `json:"lang,omitempty"`
	Topics     []string `json:"topics,omitempty"`
	Author     string   `json:"author,omitempty"`
	Stars      float64  `json:"stars,omitempty"`
	Complaint  float64  `json:"complaint"`
	Score      float64  `json:"score"`
	Published  string   `json:"published,omitempty"`
	Heard      string   `json:"heard"`
	Claimed    string   `json:"claimed,omitempty"`
	Answered   string   `json:"answered,omitempty"`
	AnswerSeen bool     `json:"answer_seen,omitempty"`
	Owner      string   `json:"owner,omitempty"`
	AnsweredBy string   `json:"answered_by,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Copies     int      `json:"copies,omitempty"`
	Title      string   `json:"title,omitempty"`
	Text       string   `json:"text,omitempty"`
	URL        string   `json:"url,omitempty"`
}

// NewListed gives a case so.
func NewListed(r mention.MentionRecord) Listed {
	m, c, p := r.Mention, r.Case, r.Mention.Post
	published := text.Stamp(p.Published)
	if p.DateOnly && published != "" {
		published = p.Day().Format(time.DateOnly)
	}
	return Listed{
		ID: string(m.ID), Status: string(c.Status), Severity: m.Severity.String(), Watch: m.Watch, Source: p.Source, Kind: string(p.Kind),
		Lang: m.Score.Lang, Topics: m.Score.Topics, Author: p.Author, Stars: p.Rating.Stars(), Complaint: m.Score.Complaint, Score: m.Score.Value,
		Published: published, Heard: text.Stamp(Heard(m, c)), Claimed: text.Stamp(c.ClaimedAt), Answered: text.Stamp(c.RepliedAt), AnswerSeen: c.AnswerVerified,
		Owner: c.Owner.Name, AnsweredBy: c.RepliedBy, Reason: c.Reason, Copies: c.Duplicates, Title: p.Title, Text: p.Text, URL: p.URL,
	}
}
