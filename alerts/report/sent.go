package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Sent is what became of the answers that people sent from earshot to one network. What was
// given up before a call was made does not count.
type Sent struct {
	Network  string `json:"network"`
	Sent     int    `json:"sent"`    // let go by people
	Reached  int    `json:"reached"` // the site took them
	Seen     int    `json:"seen"`    // of all: a poll saw them under the complaint
	Refused  int    `json:"refused"`
	Unknown  int    `json:"unknown"`   // nobody knows whether they stand there
	UnderWay int    `json:"under_way"` // they have not ended
	ToSeen   Spread `json:"send_to_seen"`
}

// Share is how many of those that ended reached the site; ok is false where none has.
func (s Sent) Share() (share float64, ok bool) {
	ended := s.Reached + s.Refused + s.Unknown
	if ended == 0 {
		return 0, false
	}
	return float64(s.Reached) / float64(ended), true
}

// CountSent counts the answers that were sent within the scope, those to one network a row;
// the network with the most first.
func CountSent(all []mention.ReplyTimes, s Scope) []Sent {
	rows, to := map[string]*Sent{}, map[string]*waits{}
	networks := map[string]string{} // by source: there may be thousands of sources, and of answers
	for _, r := range all {
		if r.NeverSent || r.Sent.Before(s.Since) || !r.Sent.Before(s.Until) || s.Watch != "" && r.Watch != s.Watch || s.Source != "" && r.Source != s.Source {
			continue
		}
		network, known := networks[r.Source]
		if !known {
			if s.Network != nil {
				network = s.Network(r.Source)
			}
			network = cmp.Or(network, r.Source)
			networks[r.Source] = network
		}
		row := rows[network]
		if row == nil {
			row = &Sent{Network: network}
			rows[network], to[network] = row, &waits{}
		}
		row.Sent++
		switch r.Status {
		case mention.ReplySent:
			row.Reached++
		case mention.ReplyRefused:
			row.Refused++
		case mention.ReplyUnclear:
			row.Unknown++
		default:
			row.UnderWay++
		}
		if !r.Seen.IsZero() {
			row.Seen++
			to[network].add(r.Sent, r.Seen)
		}
	}
	list := make([]Sent, 0, len(rows))
	for network, row := range rows {
		row.ToSeen = to[network].spread()
		list = append(list, *row)
	}
	slices.SortFunc(list, func(a, b Sent) int { return cmp.Or(cmp.Compare(b.Sent, a.Sent), strings.Compare(a.Network, b.Network)) })
	return list
}

// SentHead are the heads of the columns of answers, without that of the network.
func SentHead(l i18n.Lang) []string {
	return []string{l.Text("report.sent"), l.Text("report.reached"), l.Text("report.seen"), l.Text("report.refused"), l.Text("report.unknown"), l.Text("report.median"), l.Text("report.p90")}
}

// Cells are the numbers of a row as people read them, in the order of SentHead.
func (s Sent) Cells(l i18n.Lang) []string {
	reached := "–"
	if share, ok := s.Share(); ok {
		reached = l.Text("report.kept_of", "share", l.Percent(share), "n", s.Reached, "of", s.Reached+s.Refused+s.Unknown)
	}
	return []string{l.Number(s.Sent), reached, l.Number(s.Seen), l.Number(s.Refused), l.Number(s.Unknown), s.ToSeen.MedianWords(l), s.ToSeen.P90Words(l)}
}

// sentTable is the table of answers, its head first; empty without any.
func (r Report) sentTable(l i18n.Lang) (rows [][]string) {
	for _, s := range r.Sent {
		if rows == nil {
			rows = append(rows, append([]string{l.Text("report.network")}, SentHead(l)...))
		}
		rows = append(rows, append([]string{text.OneLine(s.Network)}, s.Cells(l)...))
	}
	return rows
}

// csv are the cells of a row of the table to download, behind those of complaints.
func (s Sent) csv() []string {
	n := strconv.Itoa
	return []string{n(s.Sent), n(s.Reached), n(s.Seen), n(s.Refused), n(s.Unknown), n(s.UnderWay)}
}
