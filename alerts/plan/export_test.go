package plan

import "github.com/earshot/earshot/mention"

// Simhash lets tests see what is stored.
func Simhash(p mention.Post) uint64 { return postSimhash(p) }

// SeverityOf lets tests measure how loud what is alerted would be.
func SeverityOf(m mention.Mention) mention.Severity {
	sev, _ := severityOf(m, mention.Author{})
	return sev
}
