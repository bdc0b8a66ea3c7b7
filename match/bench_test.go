package match

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// invented makes n names of one and two words in the four languages, always the
// same ones.
func invented(n int) []string {
	rnd := rand.New(rand.NewPCG(1, 2))
	syllables := [][]string{
		{"ро", "маш", "зве", "кра", "сто", "бе", "ре", "ла", "мо", "тре", "гу", "жи", "пля", "вы", "щер", "ко", "ну", "са"},
		{"ки", "лі", "хви", "зі", "до", "ве", "ся", "мі", "ра", "бі", "не", "тю", "го", "пе", "щу", "жо", "ва", "ні"},
		{"зла", "ря", "бъ", "чер", "ши", "ме", "къ", "то", "ви", "се", "ня", "гра", "пе", "лю", "щи", "жа", "ро", "ду"},
		{"ro", "clo", "ver", "bit", "mo", "san", "ti", "ple", "gra", "net", "lu", "wor", "fi", "ze", "dro", "ken", "ba", "shi"},
	}
	ends := [][]string{{"ка", "ль", "н", "ия", "ский", "ло", "та", "ец"}, {"ка", "ів", "ія", "ець", "ний", "ло", "та", "ль"}, {"ка", "т", "ина", "ец", "ски", "ло", "та", "н"}, {"x", "er", "ly", "on", "ia", "ko", "ster", "ve"}}
	word := func(lang int) string {
		var b strings.Builder
		for range 2 + rnd.IntN(2) {
			b.WriteString(syllables[lang][rnd.IntN(len(syllables[lang]))])
		}
		b.WriteString(ends[lang][rnd.IntN(len(ends[lang]))])
		return b.String()
	}
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		lang := len(out) % 4
		name := word(lang)
		if rnd.IntN(3) == 0 {
			name += " " + word(lang)
		}
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

func inventedWatches(n int) []Watch {
	var out []Watch
	for i, name := range invented(n) {
		out = append(out, Watch{Name: fmt.Sprint("w", i), Terms: []Term{{Text: name}}})
	}
	return out
}

// proses are plain posts of each language; none names an invented company.
var proses = []string{
	"I ordered a kettle two weeks ago and nobody has called me since. The tracking page says the parcel left the warehouse on Monday, but the courier swears it never arrived. Support promised a refund within five days; today is day nine. Would I buy here again? Not a chance, and I told them so at https://reviews.example/posts/991?from=app #never.\n",
	"Заказала чайник две недели назад, и с тех пор тишина. На странице отслеживания написано, что посылка ушла со склада в понедельник, а курьер клянётся, что её не было. Обещали вернуть деньги за пять дней, сегодня уже девятый. Куплю ли я здесь ещё раз? Никогда, так им и сказала!\n",
	"Замовила чайник два тижні тому, і відтоді тиша. На сторінці відстеження написано, що посилка вирушила зі складу в понеділок, а кур'єр присягається, що її не було. Обіцяли повернути гроші за п'ять днів, сьогодні вже дев'ятий. Чи куплю я тут ще раз? Ніколи, так їм і сказала!\n",
	"Поръчах чайник преди две седмици и оттогава никой не се е обадил. На страницата за проследяване пише, че пратката е тръгнала от склада в понеделник, а куриерът се кълне, че не я е виждал. Обещаха да върнат парите до пет дни, днес е вече деветият. Дали ще купя пак оттук? Никога!\n",
}

func mixedText(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(proses[i%len(proses)])
	}
	return b.String()
}

// shipped are the languages of the program, read once: a test compiles a few words.
var shipped = sync.OnceValues(NewLanguages)

// languagesOf are those that the program ships.
func languagesOf(tb testing.TB) *Languages {
	tb.Helper()
	l, err := shipped()
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func mustCompile(tb testing.TB, watches []Watch) *Set {
	tb.Helper()
	set, _, err := languagesOf(tb).Compile(watches)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

func BenchmarkMatch(b *testing.B) {
	text := mixedText(64 << 10)
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprintf("terms=%d", n), func(b *testing.B) {
			set := mustCompile(b, inventedWatches(n))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				set.Match("", text)
			}
		})
	}
}

// BenchmarkMatchWithHits adds a name to every post.
func BenchmarkMatchWithHits(b *testing.B) {
	names := invented(10000)
	set := mustCompile(b, inventedWatches(10000))
	var posts []string
	size := 0
	for i := range 200 {
		p := proses[i%4][:len(proses[i%4])-1] + " " + names[i*37] + "\n"
		posts = append(posts, p)
		size += len(p)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range posts {
			set.Match("", p)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	watches := inventedWatches(10000)
	b.ReportAllocs()
	for b.Loop() {
		mustCompile(b, watches)
	}
}

// BenchmarkAlternatives measures what else one would write: one big regexp and
// one strings.Contains per term. Neither knows a form, so this flatters them.
func BenchmarkAlternatives(b *testing.B) {
	text := mixedText(64 << 10)
	for _, n := range []int{10, 1000, 10000} {
		names := invented(n)
		b.Run(fmt.Sprintf("contains/terms=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				low := strings.ToLower(text)
				for _, name := range names {
					strings.Contains(low, name)
				}
			}
		})
		if n > 1000 {
			continue // more than a minute a pass
		}
		b.Run(fmt.Sprintf("regexp/terms=%d", n), func(b *testing.B) {
			re := regexp.MustCompile(`(?i)(?:^|\PL)(` + strings.Join(names, "|") + `)(?:\PL|$)`)
			b.SetBytes(int64(len(text)))
			b.ResetTimer()
			for b.Loop() {
				re.FindAllStringIndex(text, -1)
			}
		})
	}
}

func TestBudgets(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles ten thousand terms")
	}
	var before, after runtime.MemStats
	watches := inventedWatches(10000)
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := testkit.Processor(t)
	l, err := NewLanguages()
	if err != nil {
		t.Fatal(err)
	}
	set, _, err := l.Compile(watches)
	if err != nil {
		t.Fatal(err)
	}
	took := testkit.Processor(t) - start
	peak := heapPeak(&before)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("compile: %v, %d MB held, %d MB obtained from the system at most, %d forms", took, held>>20, peak>>20, len(set.names.index.posts))
	if held > 200<<20 {
		t.Errorf("the set holds %d MB, want at most 200", held>>20)
	}
	if took > 30*time.Second { // of the processor; ten times the budget, for a slow one
		t.Errorf("compile took %v", took)
	}
	text := mixedText(16 << 10)
	if hits := set.Match("", text); hits != nil {
		t.Fatalf("the plain text names %v", hits[0])
	}
	if n := testing.AllocsPerRun(20, func() { set.Match("", text) }); n > 0 {
		t.Errorf("a text that names nothing costs %v allocations, want 0", n)
	}
	runtime.KeepAlive(set)
}

func heapPeak(before *runtime.MemStats) int64 {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapSys) - int64(before.HeapInuse)
}
