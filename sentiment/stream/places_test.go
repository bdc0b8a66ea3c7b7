package stream_test

import (
	"testing"

	"github.com/earshot/earshot/sentiment/stream"
)

// TestPlacesShortName: people leave out what kind of firm it is.
func TestPlacesShortName(t *testing.T) {
	places := stream.NewPlaces()
	for _, x := range []struct{ brand, text, want string }{
		{"Oakfern Energy", "oakfern put my bill up", "oakfern"},
		{"Oakfern Energy", "Oakfern Energy put my bill up", "Oakfern Energy"},
		{"Oakfern Energy", "my energy bill went up", ""},
		{"Банк Дукатум", "В Дукатуме опять очередь", "Дукатуме"},
		{"Банк Дукатум", "Другой банк закрыл счёт", ""},
		{"Дукатум Банк", "Пошла в Дукатум за картой", "Дукатум"},
		{"Two Rivers", "two parcels are late", ""},
		{"Oak Inn", "an oak in the yard", ""},
	} {
		spans, err := places.Find(x.brand, x.text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, s := range spans {
			got += x.text[s.Start:s.End]
		}
		if got != x.want {
			t.Errorf("%q in %q: found %q, want %q", x.brand, x.text, got, x.want)
		}
	}
}
