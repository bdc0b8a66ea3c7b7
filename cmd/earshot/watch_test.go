package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
)

// nameless are complaints as they stand on a company's own page: nobody writes whose
// page it is. Each ends with a word by which it is found again.
var nameless = []string{
	"They charged me twice in March and nobody answers my letters. Aardvark.",
	"The app logs me out every single time since the update, useless. Badger.",
	"Waited two hours in the branch and then the clerk went for lunch. Caracal.",
	"Списали комиссию, о которой никто не предупреждал, и не возвращают. Дикобраз.",
	"Третий день не могу войти в приложение, поддержка молчит. Енот.",
	"Обещали карту за неделю, прошёл месяц, карты нет. Жираф.",
	"Зняли гроші двічі, вже два тижні не повертають. Зубр.",
	"Оператор нахамив і кинув слухавку, більше сюди ні ногою. Їжак.",
	"Удържаха ми такса без предупреждение и отказват да я върнат. Костенурка.",
	"Чакам преводa втора седмица, никой не вдига телефона. Лисица.",
}

// TestSourceOfAWatch: on a page that belongs to a watch every post is a mention of it.
// Ten of ten complaints that name nobody are alerted once, praise is not, and the same
// words on a source that belongs to nobody stay silent.
func TestSourceOfAWatch(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	r.write(strings.Replace(r.watchlist(), "name: reviews, every: 1s", `name: reviews, every: 1s, watch: "Romashka Bank"`, 1))
	r.baseline()
	p := r.start("")
	r.until(p, time.Minute, "the start", func() bool { return strings.Contains(p.log.String(), "watchlist in use") })
	word := func(text string) string {
		words := strings.Fields(strings.TrimSuffix(text, "."))
		return words[len(words)-1]
	}
	for i, text := range nameless {
		r.town.Publish(demosites.Post{Place: "reviews", Author: fmt.Sprint("customer ", i), Stars: 1 + i%2, Title: "Review", Text: text})
	}
	r.town.Publish(demosites.Post{Place: "reviews", Author: "glad", Stars: 5, Title: "Review", Text: "Quick and friendly, I recommend it to everybody. Marmot."})
	r.town.Publish(demosites.Post{Place: "forum", Author: "elsewhere", Text: strings.Replace(nameless[0], "Aardvark", "Narwhal", 1)})
	r.until(p, time.Minute, "ten alerts", func() bool {
		for _, text := range nameless {
			if r.count(word(text)) == 0 {
				return false
			}
		}
		return true
	})
	time.Sleep(3 * time.Second) // two more polls
	for _, text := range nameless {
		r.once(p, word(text))
	}
	for _, silent := range []string{"Marmot", "Narwhal"} {
		if r.count(silent) != 0 {
			t.Errorf("%s was alerted\n%s", silent, r.texts())
		}
	}
	p.stop()
}
