package htmltext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/testkit"
)

func TestPlainText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "  just\twords ", "just words"},
		{"plain with line ends", "one\r\ntwo\n\n\nthree", "one\ntwo\nthree"},
		{"paragraphs", "<p>one</p><p>two <b>bold</b></p>", "one\ntwo bold"},
		{"line ends of the source do not count", "<p>one\ntwo</p>", "one two"},
		{"br", "one<br>two<br/><br />three", "one\ntwo\nthree"},
		{"list", "<ul><li>a</li><li>b</li></ul>after", "a\nb\nafter"},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
		{"pre", "<pre>a\n  b</pre>", "a\nb"},
		{"entities", "&laquo;Ром&shy;ашка&raquo;&nbsp;&mdash; 5&nbsp;&lt;&nbsp;6", "«Ромашка» — 5 < 6"},
		{"less than is no tag", "5 < 6 and 7 > 3", "5 < 6 and 7 > 3"},
		{"unknown tag in plain text", "app <bugs> & more", "app <bugs> & more"},
		{"escaped twice", "&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;", "one\ntwo"},
		{"hidden", `a<span style="DISPLAY : none">b</span><i hidden>c</i>d<script>e</script><style>f</style>`, "ad"},
		{"emoji image", `bad <img class="emoji" alt="😡" src="x"> day`, "bad 😡 day"},
		{"smiley image", `bad <img class="smilies" alt=":(" src="x">`, "bad :("},
		{"picture between words", `Нарешті<img alt="злий" src="x">Ромашка <b>мовчить<svg></svg></b>третій день`, "Нарешті Ромашка мовчить третій день"},
		{"what else takes room between words", `a<iframe></iframe>b<video></video>c<input>d<button>x</button>e<picture><img></picture>f`, "a b c d e f"},
		{"a sign behind a picture", `see<img src="x">, there<svg></svg>.`, "see, there."},
		{"what takes no room in a word", `Ром<wbr>аш<script>x</script>ка`, "Ромашка"},
		{"picture", `see <img alt="my cat" src="x"> here`, "see here"},
		{"zero width", "за\u00adказ\u200b от\ufeffличный 👨\u200d👩", "заказ отличный 👨\u200d👩"},
		{"broken bytes", "a\xffb\x00c", "abc"},
		{"comment", "a<!-- b -->c", "ac"},
		{"a tag that people write about", "My page has <script> there & Romashka broke it", "My page has <script> there & Romashka broke it"},
		{"a tag that people write about, escaped", "Our &lt;iframe&gt; is gone. <p>Nobody answers.</p>", "Our <iframe> is gone.\nNobody answers."},
		{"a tag that people write about, the only one", "They lost my &lt;title&gt; and a &lt;select&gt;, too", "They lost my <title> and a <select>, too"},
		{"a tag that people write about, with signs", "My <title> is x = {1}, two <title> too", "My <title> is x = {1}, two <title> too"},
		{"a style that was cut short", "<p>Words</p><style>.a {b", "Words"},
		{"a script that was cut short", "<p>Words</p><script>var a = {b: 1", "Words"},
		{"a tag that closes itself", `<p>See <iframe src="x"/> this <title/>and <IFRAME src="y"></IFRAME>that</p>`, "See this and that"},
		{"a tag that closes itself between words", `Нарешті<iframe src="x"/>Ромашка<svg/>мовчить`, "Нарешті Ромашка мовчить"},
		{"a tag that closes itself and is closed", `<p>Words</p><script src="x"/>go();</script>, more<iframe/>no frames</iframe><iframe/>`, "Words\n, more"},
		{"noscript is read", "<noscript><p>words</p></noscript>", "words"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Plain(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPlainWords(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"quote", "<blockquote><p>theirs</p></blockquote><p>mine</p>", "mine"},
		{"line above a quote", "<p>@Anna said:</p>\n<blockquote>theirs</blockquote><p>mine</p>", "mine"},
		{"bare line above a quote", "mine first<br>Ганна написала:<br><blockquote>theirs</blockquote>mine", "mine first\nmine"},
		{"a colon of the author", "I agree with:<blockquote>theirs</blockquote>mine", "I agree with:\nmine"},
		{"X написал(а)", "Petro_1 написал(а):<blockquote>theirs</blockquote>mine", "mine"},
		{"signature", `mine<div class="signature">Romashka fan</div>`, "mine"},
		{"escaped twice with a quote", "&lt;blockquote&gt;theirs&lt;/blockquote&gt;&lt;p&gt;mine&lt;/p&gt;", "mine"},
		{"nothing without its quote", "<blockquote>theirs</blockquote>", "theirs"},
		{"a line and its quote", "<p>Anna wrote:</p><blockquote>theirs</blockquote>", "Anna wrote:\ntheirs"},
		{"preview of a link", `mine<aside class="onebox">the page's</aside>`, "mine"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := PlainAuthorText(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLineText(t *testing.T) {
	tests := []struct{ in, want string }{
		{"App won&#8217;t open &amp;amp; other <b>fun</b> <bugs>", "App won’t open & other fun <bugs>"},
		{"a\n b", "a b"},
		{"I <3 you", "I <3 you"},
		{"Ромашка<br>обманула&lt;br /&gt;всіх", "Ромашка обманула всіх"},
		{`Ромашка<img src="x">обманула<svg/>.`, "Ромашка обманула."},
		{`Ромашка<img src="x"><b>обманула</b><img src="y"><i>!</i>`, "Ромашка обманула!"},
		{"<tr><td>one</td><td>two</td></tr>", "one two"},
		{"Ром<b>аш</b>ка", "Ромашка"},
		{"<a href='x?a=1&amp;b=2'>O'Brien</a>", "O'Brien"},
	}
	for _, test := range tests {
		if got := Line(test.in); got != test.want {
			t.Errorf("lineText(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzHTMLText(f *testing.F) {
	for _, s := range []string{"<p>one</p>", "&lt;p&gt;", "a < b", "<blockquote>x", "<img alt=':)'>", "\xff<br", "<table><tr><td>", "&#0;&#x110000;"} {
		f.Add(s)
	}
	testkit.AttackSeeds(func(body string) { f.Add(body) })
	f.Fuzz(func(t *testing.T, in string) {
		for _, got := range []string{Plain(in), PlainAuthorText(in), Line(in)} {
			if !utf8.ValidString(got) {
				t.Errorf("%q gives invalid text %q", in, got)
			}
			if strings.ContainsAny(got, "\x00\r\t\u00ad") || strings.Contains(got, "\n\n") || strings.TrimSpace(got) != got {
				t.Errorf("%q gives untidy text %q", in, got)
			}
		}
	})
}

// TestTagsAsWordsCostLinearTime: looking for what closes a tag does not cost a look at the rest for each.
func TestTagsAsWordsCostLinearTime(t *testing.T) {
	for _, part := range []string{"<script>", "<iframe>", "<title>x</title>", "<svg/>", "<select ", "<iframe></ifram", "<script>a</style>", "<svg/></math>", "<svg/><math/>"} {
		testkit.Linear(t, part, 20000, func(n int) { spelt(strings.Repeat(part, n)) })
	}
}

// TestLeftOutBetweenWords: what stood around a quote inside of a line is not one word.
func TestLeftOutBetweenWords(t *testing.T) {
	const in = `<p>Mine<span class="quote-inline">theirs</span>again, and mine<span class="quote-inline">theirs</span>.</p>`
	if got := PlainAuthorText(in); got != "Mine again, and mine." {
		t.Errorf("got %q", got)
	}
}
