package schemaorg

import "testing"

func TestRating(t *testing.T) {
	tests := []struct {
		value, best string
		want        float64 // -1: none
		of          float64
	}{
		{"4", "", 4, 5}, {"4,5", "", 4.5, 5}, {"4.5", "10", 4.5, 10}, {"4/5", "", 4, 5}, {"7 из 10", "", 7, 10},
		{"80%", "", 80, 100}, {"★★★☆☆", "", 3, 5}, {"8", "", 8, 10}, {"85", "", 85, 100}, {"Rated 3.00 out of 5", "", 3, 5},
		{"0", "5", 0, 5}, {"", "", -1, 0}, {"none", "", -1, 0}, {"6", "5", -1, 0}, {"1e999", "", 1, 999}, {"1000", "", -1, 0}, {" -2", "", -1, 0},
	}
	for _, test := range tests {
		got := ParseRating(test.value, test.best)
		switch {
		case got == nil && test.want >= 0:
			t.Errorf("rating(%q, %q) is none, want %v of %v", test.value, test.best, test.want, test.of)
		case got != nil && (got.Value != test.want || got.Best != test.of):
			t.Errorf("rating(%q, %q) = %+v, want %v of %v", test.value, test.best, *got, test.want, test.of)
		}
	}
}
