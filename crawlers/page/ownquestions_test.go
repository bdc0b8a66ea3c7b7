package page_test

import (
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
)

// TestQuestionsOfThePageItself: what a shop asks and answers itself is nobody's post, whether or not it
// says that it is a list of questions; what customers ask there, and who signs an answer, is.
func TestQuestionsOfThePageItself(t *testing.T) {
	const review = `{"@type":"Review","author":"Olha","reviewRating":{"ratingValue":1},"reviewBody":"They keep my money","datePublished":"2026-11-20"}`
	ld := func(graph string) string {
		return `<html><head><script type="application/ld+json">{"@context":"https://schema.org","@graph":[` + graph + `]}</script></head><body></body></html>`
	}
	for name, test := range map[string]struct {
		page string
		want []string
	}{
		"questions beside the page that lists them": {
			ld(`{"@type":["WebPage","FAQPage"],"mainEntity":[{"@id":"#q1"}]},
			{"@type":"Question","@id":"#q1","name":"When do I get my money back?","answerCount":1,"acceptedAnswer":{"@type":"Answer","text":"If it did not come, it takes 14 days."}},` + review),
			[]string{"They keep my money"},
		},
		"an answer that somebody signed": {
			ld(`{"@type":"Question","name":"When do I get my money back?","suggestedAnswer":[{"@type":"Answer","text":"Never, I wait since May.","author":{"name":"Petro"}},{"@type":"Answer","text":"In 14 days."}]}`),
			[]string{"Never, I wait since May."},
		},
		"a customer's question": {
			ld(`{"@type":"Question","name":"Where is my money?","text":"I wait since May.","author":{"name":"Ivan"},"dateCreated":"2026-11-20","acceptedAnswer":{"@type":"Answer","text":"In 14 days."}}`),
			[]string{"I wait since May.", "In 14 days."},
		},
		"microdata": {
			`<html><body><div itemscope itemtype="https://schema.org/Question"><h3 itemprop="name">When do I get my money back?</h3><div itemprop="acceptedAnswer" itemscope itemtype="https://schema.org/Answer"><p itemprop="text">If it did not come, it takes 14 days.</p></div></div>
			<div itemscope itemtype="https://schema.org/Review"><b itemprop="author">Olha</b><p itemprop="reviewBody">They keep my money</p></div></body></html>`,
			[]string{"They keep my money"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": test.page}}
			got := map[string]bool{}
			posts := rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help", site), "").Posts
			for _, p := range posts {
				got[p.Text] = true
			}
			for _, text := range test.want {
				if !got[text] {
					t.Errorf("%q is missing", text)
				}
			}
			if len(posts) != len(test.want) {
				t.Errorf("%d posts %v, want %v", len(posts), got, test.want)
			}
		})
	}
}
